/**
 * What routing has when nothing is broken, in one family. All states of a province share it: a failure takes little away, and is
 * asked about thousands of times.
 */
import { innerNeighbours } from "../../infra/network/bgp.ts";
import { OSPF6_AREA } from "../../infra/network/ospf6.ts";
import { areaId, type Router } from "../../infra/network/router.ts";
import type { Province } from "../../inventory/model.ts";
import type { Family, Summary } from "./destinations.ts";
import type { Edge, Graph, Reach } from "./shortestPaths.ts";

/** A way that a router knows, with the areas that it leads through, dotted. */
export interface Route extends Reach {
  readonly areas: ReadonlySet<string>;
}

/** A link between two routers. `area` is undefined at a hand-off, where OSPF does not run. */
export interface Joint {
  readonly name: string;
  readonly area: string | undefined;
  readonly ends: readonly [string, string];
}

/** By area and router: what the router reaches inside the area. */
export type Trees = Map<string, Map<string, Map<string, Reach>>>;

export interface Backdrop {
  readonly family: Family;
  /** In the inventory's order, the state network's edges last. */
  readonly routers: ReadonlyMap<string, Router>;
  /** Totally stubby areas, dotted. */
  readonly stubs: ReadonlySet<string>;
  /** By router: the areas that it takes part in, dotted. */
  readonly areas: ReadonlyMap<string, readonly string[]>;
  /** The routers that join the backbone to other areas, and by area those that border it. */
  readonly borders: readonly string[];
  readonly bordersOf: ReadonlyMap<string, readonly string[]>;
  /** By area. Both directions of a link cost the same. */
  readonly graphs: ReadonlyMap<string, Graph>;
  readonly joints: ReadonlyMap<string, Joint>;
  /** By router. */
  readonly jointsAt: ReadonlyMap<string, readonly Joint[]>;
  /** By hub: those that it hears of the way out from by BGP; only routers that hear of it so are in here. */
  readonly hubs: ReadonlyMap<string, readonly string[]>;
  /** With the core router first. */
  readonly handoffs: readonly Joint[];
  /** What was worked out of areas from which nothing is missing, kept for all states. */
  readonly kept: {
    readonly trees: Trees;
    readonly own: Map<Summary, Map<string, Route | undefined>>;
    readonly between: Map<string, ReadonlyMap<string, Route>>;
  };
}

export function backdropOf(province: Province, routers: ReadonlyMap<string, Router>, family: Family): Backdrop {
  const areas = new Map([...routers].map(([name, router]) => [name, areasOf(router, family)]));
  const borders = family === "ipv6" ? [] : [...routers.values()].filter((router) => router.borders).map(({ host }) => host.name);
  const [graphs, joints, jointsAt] = [new Map<string, Map<string, Edge[]>>(), new Map<string, Joint>(), new Map<string, Joint[]>([...routers.keys()].map((name) => [name, []]))];
  const handoffs: Joint[] = [];
  for (const link of province.links.values()) {
    const [a, b] = link.ends.map(({ host }) => host) as [string, string];
    const own = link.role === "handoff" ? undefined : areaId(province, link);
    const area = own !== undefined && family === "ipv6" ? OSPF6_AREA : own;
    const joint: Joint = { name: link.name, area, ends: routers.get(a)?.host.role === "state-edge" ? [b, a] : [a, b] };
    joints.set(link.name, joint);
    for (const end of joint.ends) jointsAt.get(end)?.push(joint);
    if (link.role === "handoff") handoffs.push(joint);
    if (area === undefined) continue;
    let graph = graphs.get(area);
    if (graph === undefined) graphs.set(area, (graph = new Map()));
    for (const [near, far] of [[a, b], [b, a]] as const) {
      const edge: Edge = { link: link.name, host: far, cost: link.cost };
      const edges = graph.get(near);
      if (edges === undefined) graph.set(near, [edge]);
      else edges.push(edge);
    }
  }
  return {
    family, routers, areas, borders, graphs, joints, jointsAt, handoffs,
    stubs: new Set(family === "ipv6" ? [] : province.routing.areas.filter((area) => area.stub === "totally").map((area) => area.id)),
    hubs: new Map([...routers.values()].flatMap(({ host }): [string, string[]][] => {
      const heard = innerNeighbours(province, host).map(({ name }) => name);
      return heard.length === 0 ? [] : [[host.name, heard]];
    })),
    bordersOf: groupByEach(borders, (name) => areas.get(name)!),
    kept: { trees: new Map(), own: new Map(), between: new Map() },
  };
}

function areasOf({ areas, homeArea }: Router, family: Family): readonly string[] {
  // The edge of the state network takes no part.
  if (areas.length === 0) return [];
  return family === "ipv6" ? [OSPF6_AREA] : [...new Set([homeArea, ...areas.map(({ id }) => id)])];
}

function groupByEach(items: readonly string[], keys: (item: string) => readonly string[]): ReadonlyMap<string, readonly string[]> {
  const pairs = items.flatMap((item) => keys(item).map((key) => ({ key, item })));
  return new Map([...Map.groupBy(pairs, ({ key }) => key)].map(([key, found]) => [key, found.map(({ item }) => item)]));
}
