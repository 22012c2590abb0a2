/** The drawing, by Cytoscape.js on a canvas. */
import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import { placeLabels, type Label } from "../labels.ts";
import type { Verdict } from "../../types.ts";
import { COLOURS, conditionsUnder, DIAMETERS, toneOf, Verdicts, type Tone } from "../look.ts";
import type { MapFailure, TopologyMap, View } from "../map.ts";

/** A crowded node's label appears when letters are this high, CSS pixels; the others' as soon as they can be read. */
const CROWDED_LETTERS = 15;
const READABLE_LETTERS = 6;

export class Graph {
  readonly #map: TopologyMap;
  readonly #cy: Core;
  readonly #labels: ReadonlyMap<string, Label>;

  constructor(container: HTMLElement, map: TopologyMap, onSelect: (id: string | undefined) => void) {
    this.#map = map;
    this.#labels = new Map(placeLabels(map.nodes, "map").map((label) => [label.id, label]));
    this.#cy = cytoscape({
      container, elements: this.#elements(), style: STYLE, layout: { name: "preset" },
      minZoom: 0.15, maxZoom: 6, autoungrabify: true, boxSelectionEnabled: false, selectionType: "single",
    });
    this.#cy.on("tap", (event) => {
      const target = event.target as { id(): string; hasClass(name: string): boolean };
      onSelect(event.target === this.#cy || target.hasClass("block") ? undefined : target.id());
    });
    this.fit();
  }

  /** Calls once the first picture stands. */
  whenDrawn(done: () => void): void {
    this.#cy.one("render", done);
  }

  fit(): void {
    this.#cy.fit(undefined, 24);
  }

  /** Lays the nodes out for a view. */
  arrange(view: View): void {
    this.#cy.batch(() => {
      this.#cy.elements(".block").remove();
      if (view === "layers") this.#cy.add(this.#map.blocks.map(({ name, at, size }): ElementDefinition => ({
        group: "nodes", classes: "block", selectable: false, position: { x: at.x + size.width / 2, y: at.y + size.height / 2 },
        data: { id: `block ${name}`, label: name, aside: name.length * 3 + 10 - size.width / 2, width: size.width, height: size.height },
      })));
      for (const node of this.#map.nodes) {
        this.#cy.getElementById(node.id).position({ ...node.at[view] });
        this.#cy.getElementById(node.id).data(this.#labelling(node.id, view));
      }
    });
    this.fit();
  }

  /** Colours what a failure does; without one, the verdicts of all checks or of one. */
  colour(failure: MapFailure | undefined, check: number | undefined): void {
    const { nodes, links, findings } = this.#map;
    const conditions = failure && conditionsUnder(failure, this.#map);
    const verdicts = check === undefined ? undefined : new Verdicts(findings.filter((one) => one.check === check));
    const tone = (id: string, all: Tone, own: Verdict | undefined): void => {
      this.#cy.getElementById(id).data("tone", conditions?.get(id) ?? (verdicts === undefined ? all : own ?? "none"));
    };
    this.#cy.batch(() => {
      for (const node of nodes) tone(node.id, toneOf(node), verdicts?.ofNode(node));
      for (const link of links) tone(link.id, toneOf(link), verdicts?.ofLink(link));
    });
  }

  /** Draws a ring around what is chosen. */
  mark(ids: readonly string[]): void {
    this.#cy.batch(() => {
      this.#cy.elements(".chosen").removeClass("chosen");
      for (const id of ids) this.#cy.getElementById(id).addClass("chosen");
    });
  }

  /** Brings elements into the middle, near enough to be read. */
  focus(ids: readonly string[]): void {
    const wanted = ids.reduce((all, id) => all.union(this.#cy.getElementById(id)), this.#cy.collection());
    if (wanted.empty()) return;
    this.#cy.fit(wanted, 120);
    if (this.#cy.zoom() > 1.8) {
      this.#cy.zoom(1.8);
      this.#cy.center(wanted);
    }
  }

  #elements(): ElementDefinition[] {
    return [
      ...this.#map.nodes.map((node): ElementDefinition => ({
        group: "nodes", position: { ...node.at.map },
        data: { id: node.id, label: node.label, layer: node.layer, size: DIAMETERS[node.layer], tone: toneOf(node), ...this.#labelling(node.id, "map") },
      })),
      ...this.#map.links.map((link): ElementDefinition => ({
        group: "edges", data: { id: link.id, source: link.ends[0], target: link.ends[1], role: link.role, tone: toneOf(link) },
      })),
    ];
  }

  /** Where a node's label stands, and how high its letters must be to be shown. */
  #labelling(id: string, view: View): Readonly<Record<string, string | number>> {
    if (view === "layers") return { halign: "center", valign: "bottom", from: READABLE_LETTERS, letters: 9, wide: 88 };
    const label = this.#labels.get(id);
    const node = this.#map.nodes.find((one) => one.id === id)!;
    const halign = label === undefined || label.anchor === "middle" ? "center" : label.anchor === "start" ? "right" : "left";
    const valign = halign !== "center" ? "center" : label !== undefined && label.y < node.at.map.y ? "top" : "bottom";
    return { halign, valign, from: label === undefined ? CROWDED_LETTERS : READABLE_LETTERS, letters: 11, wide: 150 };
  }
}

const tones = Object.entries(COLOURS) as [Tone, string][];
const FONTS = 'Segoe UI, Roboto, "Liberation Sans", Arial, sans-serif';
const QUIET: readonly Tone[] = ["pass", "none", "untouched"];

const STYLE: StylesheetJson = [
  {
    selector: "node[layer]",
    style: {
      width: "data(size)", height: "data(size)", label: "data(label)", "font-size": "data(letters)", "min-zoomed-font-size": "data(from)",
      "font-family": FONTS, color: "#1c2733",
      "text-halign": "data(halign)" as "center", "text-valign": "data(valign)" as "center", "text-margin-y": 2, "text-wrap": "wrap", "text-max-width": "data(wide)",
      "text-outline-color": "#ffffff", "text-outline-width": 1.5, "border-width": 1.5, "border-color": "#ffffff", "overlay-opacity": 0,
    },
  },
  {
    selector: "node.block",
    style: {
      shape: "round-rectangle", width: "data(width)", height: "data(height)", "background-color": "#f5f7f9", "border-width": 1, "border-color": "#d9e0e6", label: "data(label)",
      "font-family": FONTS, "font-size": 11, color: "#52606d", "text-halign": "center", "text-valign": "top", "text-margin-y": 18, "text-margin-x": "data(aside)", "z-index-compare": "manual", "z-index": -1, "overlay-opacity": 0,
    },
  },
  { selector: "node[layer = 'state-edge'], node[layer = 'core'], node[layer = 'aggregation']", style: { shape: "round-rectangle" } },
  { selector: "node[layer = 'segment']", style: { shape: "rectangle" } },
  { selector: "node[layer = 'firewall']", style: { shape: "diamond", width: 26, height: 26 } },
  // Links of the same two ends stand beside each other, which takes curves; straight ones are quicker to draw.
  { selector: "edge", style: { "curve-style": "straight", width: 1.2, "line-color": "#b8c4ce", "overlay-opacity": 0 } },
  { selector: "edge[role = 'core']", style: { "curve-style": "bezier", "control-point-step-size": 12 } },
  { selector: "edge[role = 'backup']", style: { "line-style": "dashed", "line-dash-pattern": [6, 4] } },
  ...tones.map(([tone, colour]) => ({ selector: `node[tone = '${tone}']`, style: { "background-color": colour } })),
  ...tones.filter(([tone]) => !QUIET.includes(tone)).map(([tone, colour]) => ({ selector: `edge[tone = '${tone}']`, style: { "line-color": colour, width: 2.4, "z-index": 1 } })),
  { selector: "node[tone = 'unknown']", style: { "background-color": "#ffffff", "border-color": COLOURS.unknown, "border-width": 3 } },
  { selector: "node[tone = 'cut']", style: { "background-color": "#ffffff", "border-color": COLOURS.cut, "border-width": 2, "border-style": "dashed" } },
  { selector: "edge[tone = 'cut']", style: { "line-style": "dotted", width: 1.6, opacity: 0.75 } },
  { selector: "node.chosen", style: { "underlay-color": "#1f5f99", "underlay-opacity": 0.35, "underlay-padding": 7, "underlay-shape": "ellipse", "min-zoomed-font-size": 0 } },
  { selector: "edge.chosen", style: { "underlay-color": "#1f5f99", "underlay-opacity": 0.35, "underlay-padding": 5 } },
] as StylesheetJson;
