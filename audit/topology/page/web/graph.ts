/** The drawing, by Cytoscape.js on a canvas. */
import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from "cytoscape";
import { placeLabels, type Label } from "../labels.ts";
import type { Verdict } from "../../types.ts";
import { COLOURS, conditionsUnder, DIAMETERS, toneOf, Verdicts, type Tone } from "../look.ts";
import type { MapFailure, TopologyMap, View } from "../map.ts";

/** A crowded node's label appears when letters are this high, CSS pixels; the others' as soon as they can be read. */
const CROWDED_LETTERS = 15;
const READABLE_LETTERS = 6;
/** Heights of letters in the drawing itself: on the map, and by layers. */
const LETTERS = 11;
const SMALL_LETTERS = 9;

export class Graph {
  readonly #map: TopologyMap;
  readonly #cy: Core;
  readonly #labels: ReadonlyMap<string, Label>;

  constructor(container: HTMLElement, map: TopologyMap, onSelect: (id: string | undefined) => void) {
    this.#map = map;
    this.#labels = new Map(placeLabels(map.nodes, "map").map((label) => [label.id, label]));
    this.#cy = cytoscape({
      container, elements: this.#elements(expectedZoom(container, map)), style: STYLE, layout: { name: "preset" },
      minZoom: 0.15, maxZoom: 6, autoungrabify: true, boxSelectionEnabled: false, selectionType: "single",
    });
    this.#cy.on("tap", (event) => {
      const target = event.target as { id(): string; hasClass(name: string): boolean };
      onSelect(event.target === this.#cy || target.hasClass("block") ? undefined : target.id());
    });
    this.#cy.on("zoom", () => this.#nameReadable());
    this.fit();
    this.#nameReadable();
  }

  /** Gives labels to the nodes whose letters can be read at this zoom: measuring and drawing the others' would cost most of the time. */
  #nameReadable(): void {
    const zoom = this.#cy.zoom();
    this.#cy.batch(() => {
      for (const { id } of this.#map.nodes) {
        const node = this.#cy.getElementById(id);
        const readable = Number(node.data("letters")) * zoom >= Number(node.data("from"));
        if (readable !== node.hasClass("named")) node.toggleClass("named", readable);
      }
    });
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
    this.#nameReadable();
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

  #elements(zoom: number): ElementDefinition[] {
    return [
      ...this.#map.nodes.map((node): ElementDefinition => {
        const labelling = this.#labelling(node.id, "map");
        return {
          group: "nodes", position: { ...node.at.map }, classes: Number(labelling["letters"]) * zoom >= Number(labelling["from"]) ? "named" : "",
          data: { id: node.id, label: node.label, layer: node.layer, tone: toneOf(node), ...labelling },
        };
      }),
      ...this.#map.links.map((link): ElementDefinition => ({
        group: "edges", data: { id: link.id, source: link.ends[0], target: link.ends[1], role: link.role, tone: toneOf(link) },
      })),
    ];
  }

  /** Where a node's label stands, and how high its letters must be to be shown. */
  #labelling(id: string, view: View): Readonly<Record<string, string | number>> {
    if (view === "layers") return { view, halign: "center", valign: "bottom", from: READABLE_LETTERS, letters: SMALL_LETTERS };
    const label = this.#labels.get(id);
    const node = this.#map.nodes.find((one) => one.id === id)!;
    const halign = label === undefined || label.anchor === "middle" ? "center" : label.anchor === "start" ? "right" : "left";
    const valign = halign !== "center" ? "center" : label !== undefined && label.y < node.at.map.y ? "top" : "bottom";
    return { view, halign, valign, from: label === undefined ? CROWDED_LETTERS : READABLE_LETTERS, letters: LETTERS };
  }
}

/** About the zoom at which the whole map fits: so that few labels have to change once it does. */
function expectedZoom({ clientWidth, clientHeight }: HTMLElement, { sizes: { map: { width, height } } }: TopologyMap): number {
  return Math.min(clientWidth / width, clientHeight / height);
}

const tones = Object.entries(COLOURS) as [Tone, string][];
const FONTS = 'Segoe UI, Roboto, "Liberation Sans", Arial, sans-serif';
const QUIET: readonly Tone[] = ["pass", "none", "untouched"];

const STYLE: StylesheetJson = [
  {
    selector: "node[layer]",
    style: {
      "font-size": LETTERS, "text-max-width": "150px",
      "font-family": FONTS, color: "#1c2733",
      "text-halign": "center", "text-valign": "bottom", "text-margin-y": 2, "text-wrap": "wrap",
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
  // Selectors, where a mapping of data would be parsed anew for every node.
  ...Object.entries(DIAMETERS).map(([layer, size]) => ({ selector: `node[layer = '${layer}']`, style: { width: size, height: size } })),
  { selector: "node[layer][view = 'layers']", style: { "font-size": SMALL_LETTERS, "text-max-width": "88px" } },
  ...["left", "right"].map((side) => ({ selector: `node[halign = '${side}']`, style: { "text-halign": side, "text-valign": "center" } })),
  { selector: "node[valign = 'top']", style: { "text-valign": "top" } },
  { selector: "node.named, node[layer].chosen", style: { label: "data(label)" } },
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
  { selector: "node.chosen", style: { "underlay-color": "#1f5f99", "underlay-opacity": 0.35, "underlay-padding": 7, "underlay-shape": "ellipse" } },
  { selector: "edge.chosen", style: { "underlay-color": "#1f5f99", "underlay-opacity": 0.35, "underlay-padding": 5 } },
] as StylesheetJson;
