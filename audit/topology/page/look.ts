/** Colours and shapes, the same on the page and in the drawings. Told apart with colour-blind eyes and in print: lines differ, too. */
import { VERDICTS, type Verdict } from "../types.ts";
import type { Finding, Layer, MapFailure, MapLink, MapNode, TopologyMap } from "./map.ts";

/** How a node or a link looks while something fails. */
export type Condition = "cut" | "lost" | "thinned" | "untouched";
export const CONDITIONS: readonly Condition[] = ["cut", "lost", "thinned", "untouched"];

/** What a colour says: a verdict, `none` where nobody judged, or a condition. */
export type Tone = Verdict | "none" | Condition;

export const COLOURS: Readonly<Record<Tone, string>> = {
  fail: "#c0272d",
  unknown: "#7b5ea7",
  waived: "#c98a00",
  pass: "#2f7d5d",
  none: "#93a1ad",
  cut: "#1c2733",
  lost: "#c0272d",
  thinned: "#c98a00",
  untouched: "#a9b8c4",
};

/** The diameter of a node, CSS pixels: the network's own stand out. */
export const DIAMETERS: Readonly<Record<Layer, number>> = { "state-edge": 22, segment: 20, firewall: 20, core: 24, aggregation: 22, "site-router": 16 };

export function toneOf({ verdict }: { readonly verdict?: Verdict }): Verdict | "none" {
  return verdict ?? "none";
}

/** How each node and link looks while something fails, by id. Only offices are lost or thinned: a router that stands is not touched. */
export function conditionsUnder(failure: MapFailure, { nodes, links }: Pick<TopologyMap, "nodes" | "links">): ReadonlyMap<string, Condition> {
  const [lost, thinned, cutNodes, cutLinks] = [failure.lost, failure.thinned, failure.nodes, failure.links].map((names) => new Set(names)) as [Set<string>, Set<string>, Set<string>, Set<string>];
  const ofNode = ({ id, layer, site }: MapNode): Condition =>
    cutNodes.has(id) ? "cut" : layer !== "site-router" ? "untouched" : lost.has(site) ? "lost" : thinned.has(site) ? "thinned" : "untouched";
  const ofLink = ({ id, ends }: MapLink): Condition => (cutLinks.has(id) || ends.some((end) => cutNodes.has(end)) ? "cut" : "untouched");
  return new Map([...nodes.map((node) => [node.id, ofNode(node)] as const), ...links.map((link) => [link.id, ofLink(link)] as const)]);
}

/** Communes that lose their way in together with sites. */
export function communesAt(sites: readonly string[], nodes: readonly MapNode[]): number {
  const lost = new Set(sites);
  return nodes.reduce((sum, { site, communes }) => sum + (lost.has(site) ? communes : 0), 0);
}

/** The worst verdict on each node and link, of the findings that are given. */
export class Verdicts {
  readonly #rank = new Map<string, number>();

  constructor(findings: readonly Pick<Finding, "verdict" | "hosts" | "links" | "sites">[]) {
    for (const { verdict, hosts = [], links = [], sites = [] } of findings) {
      const rank = VERDICTS.indexOf(verdict);
      const keys = [...hosts.map((name) => `host ${name}`), ...links.map((name) => `link ${name}`), ...sites.map((name) => `site ${name}`)];
      for (const key of keys) this.#rank.set(key, Math.min(rank, this.#rank.get(key) ?? rank));
    }
  }

  /** That on its hosts, and on the site of an office. */
  ofNode({ hosts, layer, site }: Pick<MapNode, "hosts" | "layer" | "site">): Verdict | undefined {
    return this.#worst([...hosts.map((name) => `host ${name}`), ...(layer === "site-router" ? [`site ${site}`] : [])]);
  }

  ofLink({ id, role }: Pick<MapLink, "id" | "role">): Verdict | undefined {
    return role === "segment" ? undefined : this.#worst([`link ${id}`]);
  }

  #worst(keys: readonly string[]): Verdict | undefined {
    const ranks = keys.flatMap((key) => this.#rank.get(key) ?? []);
    return ranks.length === 0 ? undefined : VERDICTS[Math.min(...ranks)];
  }
}
