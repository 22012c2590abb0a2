/** Networks of any size in the province's own manner, for measuring how the audit grows: always the same for the same numbers. */
import { Graph } from "../audit/topology/graph.ts";
import { seededRandom } from "../audit/topology/random.ts";

/** A graph with all single failures and risk groups on it; vertex 0 is the data center, vertices from `firstSite` on are sites. */
export interface GeneratedNetwork {
  readonly graph: Graph;
  readonly root: number;
  readonly sites: readonly number[];
  /** Of each single link, each single node, and each group: the edges that are gone. */
  readonly failures: readonly (readonly number[])[];
  readonly groups: number;
}

/**
 * `nodes` routers: one in twenty aggregates, in a ring and with a second way to another one; every other one is a site with links to two of
 * them, a tenth of them to one only. Three carriers, a duct for ten links, a POP for forty, a power feed for thirty nodes.
 */
export function generateNetwork(nodes: number, seed = 1): GeneratedNetwork {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const hubs = Math.max(4, Math.floor(nodes / 20));
  const edges: [number, number][] = [[0, 1], [0, 1], [0, 2], [0, 2], [1, 2]];
  for (let hub = 3; hub <= hubs; hub++) edges.push([hub, hub === hubs ? 1 : hub + 1], [hub, 1 + pick(hub - 1)]);
  edges.push([2, 3]);
  const sites: number[] = [];
  for (let site = hubs + 1; site <= nodes; site++) {
    const hub = 1 + pick(hubs);
    edges.push([hub, site]);
    if (random() >= 0.1) edges.push([1 + ((hub + pick(hubs - 1)) % hubs), site]);
    sites.push(site);
  }
  const graph = Graph.of(nodes + 1, edges);
  const links = edges.map((_, edge) => edge).slice(4);
  const incident = (vertex: number): number[] => [...graph.edgeAt.subarray(graph.first[vertex], graph.first[vertex + 1])];
  const shared = (count: number): number[][] => [...Map.groupBy(links, () => pick(count)).values()];
  const feeds = [...Map.groupBy(Array.from({ length: nodes }, (_, v) => v + 1), () => pick(Math.ceil(nodes / 30))).values()]
    .map((vertices) => [...new Set(vertices.flatMap(incident))]);
  const groups = [...shared(3), ...shared(Math.ceil(links.length / 10)), ...shared(Math.ceil(links.length / 40)), ...feeds];
  const single = [...links.map((edge) => [edge]), ...Array.from({ length: nodes }, (_, v) => incident(v + 1))];
  return { graph, root: 0, sites, failures: [...single, ...groups], groups: groups.length };
}
