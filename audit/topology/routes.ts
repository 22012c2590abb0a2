/**
 * The routes that the province's routers have while some links and hosts are down, by the rules of OSPF (RFC 2328, RFC 5340) as
 * FRR 8.4 keeps them and as `infra/network` sets them up:
 *
 * - a path inside an area wins over one between areas, whatever it costs (RFC 2328, 11);
 * - border routers announce an area's summaries instead of its parts, at the highest cost among these (12.4.3), and discard what
 *   the summary promises and they cannot reach: while they reach a part of it;
 * - a totally stubby area learns the way out, from each border router at cost 1, and, against the letter, what a border router
 *   summarises of its other areas;
 * - a border router uses what others announce to the backbone and nothing else (16.2);
 * - the way out is known to hubs by BGP, from each core router that has the state network at its own hand-off, and to the others as
 *   an external route of type 1 of each core router that knows one.
 */
import { BACKBONE, type Router } from "../../infra/network/router.ts";
import { OSPF6_AREA } from "../../infra/network/ospf6.ts";
import { EXTERNAL_METRIC } from "../../infra/network/ospf.ts";
import type { Backdrop, Joint, Route, Trees } from "./backdrop.ts";
import type { Advertiser, Destination, Summary } from "./destinations.ts";
import { type Graph, type Reach, shortestPaths } from "./shortestPaths.ts";
import type { Decision, Hop } from "./walk.ts";

/** Cost at which a border router offers itself as the way out of a stub area (RFC 2328, 12.4.3.1; FRR's default). */
const STUB_DEFAULT_COST = 1;

/** One state of the network in one family: OSPFv2 with the inventory's areas, or OSPFv3 with one for all. Everything is worked out when it is asked for, and kept. */
export class Routes {
  readonly #whole: Backdrop;
  readonly #failed: ReadonlySet<string>;
  /** The graphs of the areas from which something is missing. */
  readonly #touched = new Map<string, Graph>();
  readonly #trees: Trees = new Map();
  readonly #decisions = new Map<Destination | Summary, Map<string, Decision>>();
  readonly #between = new Map<string, ReadonlyMap<string, Route>>();
  /** By core router: the hand-offs that it has. */
  readonly #handoffs = new Map<string, Hop[]>();

  /** @param failed names of links and of hosts. */
  constructor(whole: Backdrop, failed: ReadonlySet<string>) {
    this.#whole = whole;
    this.#failed = failed;
    const gone = new Set([...failed].flatMap((name) => whole.jointsAt.get(name) ?? whole.joints.get(name) ?? []));
    for (const [area, joints] of Map.groupBy(gone, (joint) => joint.area)) {
      if (area !== undefined) this.#touched.set(area, without(whole.graphs.get(area)!, joints));
    }
    for (const joint of whole.handoffs) {
      if (gone.has(joint)) continue;
      const [core, edge] = joint.ends;
      this.#handoffs.set(core, [...(this.#handoffs.get(core) ?? []), { link: joint.name, host: edge }]);
    }
  }

  isUp(host: string): boolean {
    return this.#router(host) !== undefined;
  }

  #router(host: string): Router | undefined {
    return this.#failed.has(host) ? undefined : this.#whole.routers.get(host);
  }

  /** Whether the router has heard of any other one by OSPF. */
  hasNeighbours(host: string): boolean {
    return this.#areasOf(host).some((area) => (this.#graph(area).get(host)?.length ?? 0) > 0);
  }

  /** What a router does with a packet to a destination inside the province. */
  decide(host: string, destination: Destination): Decision {
    const { summary, advertisers } = destination;
    // Who stands outside the area knows nothing but the summary.
    const areas = this.#areasOf(host);
    const known = summary !== undefined && !advertisers.some(({ area }) => areas.includes(area)) ? summary : destination;
    let kept = this.#decisions.get(known);
    if (kept === undefined) this.#decisions.set(known, (kept = new Map<string, Decision>()));
    let decision = kept.get(host);
    if (decision === undefined) kept.set(host, (decision = this.#decide(host, destination)));
    return decision;
  }

  #decide(host: string, destination: Destination): Decision {
    if (destination.advertisers.some((one) => one.host === host)) return { kind: "deliver" };
    const inside = this.#intra(host, destination);
    if (inside !== undefined) return { kind: "forward", hops: inside.hops };
    const summary = destination.summary;
    if (summary !== undefined && this.#borders(host, summary.area) && this.#isActive(host, summary)) return { kind: "drop", why: "discarded" };
    const route = this.#inter(host, summary ?? destination);
    return route === undefined ? this.wayOut(host, true) : { kind: "forward", hops: route.hops };
  }

  /**
   * What a router does with a packet to where it knows nothing better than the default route. A core router discards what belongs to
   * the province itself (`inside`) instead of giving it away.
   */
  wayOut(host: string, inside = false): Decision {
    const handoffs = this.#handoffs.get(host) ?? [];
    if (this.#router(host)?.host.role === "core" && inside) return { kind: "drop", why: "discarded" };
    if (handoffs.length > 0) return { kind: "forward", hops: handoffs };
    const area = this.#onlyStub(host);
    const route = area !== undefined
      ? best(this.#bordersOf(area).filter((one) => one !== host).flatMap((one) => this.#via(host, area, one, STUB_DEFAULT_COST)))
      : this.#whole.hubs.has(host) && this.isUp(host) ? this.#toExit(host)
      : best([...this.#whole.routers.keys()].filter((one) => this.#knowsExit(one)).flatMap((core) => this.#toRouter(host, core)).map((one) => ({ ...one, cost: one.cost + EXTERNAL_METRIC })));
    return route === undefined ? { kind: "drop", why: "no-route" } : { kind: "forward", hops: route.hops };
  }

  /** The way to the nearest core routers that have a hand-off of their own; what a core router hears from another it tells no hub (RFC 4271, 9.2.1). */
  #toExit(host: string): Route | undefined {
    return best((this.#whole.hubs.get(host) ?? []).filter((hub) => this.#handoffs.has(hub)).flatMap((hub) => this.#toRouter(host, hub)));
  }

  /** Whether a core router tells OSPF of a way out: its own, or one that it has from another. */
  #knowsExit(host: string): boolean {
    return this.#router(host)?.host.role === "core" && (this.#handoffs.has(host) || this.#toExit(host) !== undefined);
  }

  /** The hand-offs that stand, as the state network's edge sees them. */
  handoffsOf(edge: string): Hop[] {
    return [...this.#handoffs].flatMap(([core, hops]) => hops.filter((hop) => hop.host === edge).map((hop) => ({ link: hop.link, host: core })));
  }

  #graph(area: string): Graph {
    return this.#touched.get(area) ?? this.#whole.graphs.get(area) ?? NOTHING;
  }

  #tree(area: string, root: string): Map<string, Reach> {
    const trees = this.#touched.has(area) ? this.#trees : this.#whole.kept.trees;
    let inArea = trees.get(area);
    if (inArea === undefined) trees.set(area, (inArea = new Map<string, Map<string, Reach>>()));
    let tree = inArea.get(root);
    if (tree === undefined) inArea.set(root, (tree = shortestPaths(this.#graph(area), root)));
    return tree;
  }

  /**
   * The way from one router to another inside an area. It is read off the tree of whichever has more links there: hubs are few, and all
   * others ask for the way to them and are asked for. A link costs the same in both directions, and so does a way.
   */
  #reach(area: string, from: string, to: string): Reach | undefined {
    const graph = this.#graph(area);
    const edges = graph.get(from) ?? [];
    if (from === to || edges.length >= (graph.get(to)?.length ?? 0)) return this.#tree(area, from).get(to);
    const tree = this.#tree(area, to);
    const cost = tree.get(from)?.cost;
    return cost === undefined ? undefined : { cost, hops: edges.filter((edge) => edge.cost + tree.get(edge.host)!.cost === cost).map(({ link, host }) => ({ link, host })) };
  }

  #areasOf(host: string): readonly string[] {
    return this.#failed.has(host) ? [] : this.#whole.areas.get(host) ?? [];
  }

  #isBorder(host: string): boolean {
    return this.#whole.family === "ipv4" && this.#router(host)?.borders === true;
  }

  #borders(host: string, area: string): boolean {
    return this.#isBorder(host) && this.#areasOf(host).includes(area);
  }

  #bordersOf(area: string): string[] {
    return (this.#whole.bordersOf.get(area) ?? []).filter((host) => !this.#failed.has(host));
  }

  /** The stub area in which the router stands with all its links, if it is one. */
  #onlyStub(host: string): string | undefined {
    const areas = this.#areasOf(host);
    return areas.length === 1 && this.#whole.stubs.has(areas[0]!) ? areas[0] : undefined;
  }

  /** The route inside an area. */
  #intra(host: string, destination: Pick<Destination, "advertisers">): Route | undefined {
    return best(destination.advertisers.flatMap((one: Advertiser) =>
      !this.#failed.has(one.host) && this.#areasOf(host).includes(one.area) ? this.#via(host, one.area, one.host, one.cost) : []));
  }

  /** The way through `area` to a router of it, and `cost` beyond. */
  #via(host: string, area: string, to: string, cost: number): Route[] {
    const reach = this.#reach(area, host, to);
    return reach === undefined ? [] : [{ cost: reach.cost + cost, hops: reach.hops, areas: new Set([area]) }];
  }

  #isActive(host: string, summary: Summary): boolean {
    return summary.parts.some((part) => this.#intra(host, part) !== undefined);
  }

  /** What a border router knows of a prefix or summary of an area that it has links in: the highest cost among the parts. */
  #own(host: string, target: Destination | Summary): Route | undefined {
    if (!("parts" in target)) return target.summary === undefined ? this.#intra(host, target) : undefined;
    if (!this.#areasOf(host).includes(target.area)) return undefined;
    if (this.#touched.has(target.area)) return this.#highest(host, target);
    let kept = this.#whole.kept.own.get(target);
    if (kept === undefined) this.#whole.kept.own.set(target, (kept = new Map<string, Route | undefined>()));
    if (!kept.has(host)) kept.set(host, this.#highest(host, target));
    return kept.get(host);
  }

  #highest(host: string, { parts }: Summary): Route | undefined {
    return parts.flatMap((part) => this.#intra(host, part) ?? []).reduce<Route | undefined>((a, b) => (a === undefined || b.cost > a.cost ? b : a), undefined);
  }

  /** The route between areas. */
  #inter(host: string, target: Destination | Summary): Route | undefined {
    const known = this.#borderRoutes(target);
    return this.#isBorder(host) ? known.get(host) : best(this.#areasOf(host).flatMap((area) => this.#learned(host, area, this.#toldInto(area, known, target)) ?? []));
  }

  /** What all border routers know of a target, until nobody learns anything better. */
  #borderRoutes(target: Destination | Summary): ReadonlyMap<string, Route> {
    const areas = "parts" in target ? [target.area] : target.advertisers.map(({ area }) => area);
    const { between } = [BACKBONE, ...areas].some((area) => this.#touched.has(area)) ? { between: this.#between } : this.#whole.kept;
    let known = between.get(target.name);
    if (known === undefined) between.set(target.name, (known = this.#workOutBorderRoutes(target)));
    return known;
  }

  #workOutBorderRoutes(target: Destination | Summary): ReadonlyMap<string, Route> {
    const borders = this.#whole.borders.filter((host) => !this.#failed.has(host));
    const own = new Map(borders.flatMap((host): [string, Route][] => {
      const route = this.#own(host, target);
      return route === undefined ? [] : [[host, route]];
    }));
    let known: ReadonlyMap<string, Route> = own;
    // Each round carries a route one border router further, so that as many rounds as there are of them are enough.
    for (let round = 0; round <= borders.length; round++) {
      const told = this.#toldInto(BACKBONE, known, target);
      const next = new Map(borders.flatMap((host): [string, Route][] => {
        const route = own.get(host) ?? this.#learned(host, BACKBONE, told);
        return route === undefined ? [] : [[host, route]];
      }));
      if (sameCosts(known, next)) break;
      known = next;
    }
    return known;
  }

  /** What border routers announce into an area: nobody what leads through it. */
  #toldInto(area: string, known: ReadonlyMap<string, Route>, target: Destination | Summary): (readonly [string, Route])[] {
    return this.#bordersOf(area).flatMap((border) => {
      const route = known.get(border);
      const told = !this.#whole.stubs.has(area) || this.#leaks(border, target);
      return route === undefined || !told || route.areas.has(area) ? [] : [[border, route] as const];
    });
  }

  #learned(host: string, area: string, told: readonly (readonly [string, Route])[]): Route | undefined {
    return best(told.flatMap(([border, route]) => (border === host ? [] : this.#via(host, area, border, route.cost))));
  }

  /** `no-summary` keeps ospfd from telling a stub area of other areas' prefixes, but not of the summaries that the border router itself makes. */
  #leaks(border: string, target: Destination | Summary): boolean {
    return "parts" in target && this.#borders(border, target.area) && this.#isActive(border, target);
  }

  /** The way to another router's loopback, as a list of one; empty where there is none. */
  #toRouter(host: string, other: string): Route[] {
    const area = this.#whole.family === "ipv6" ? OSPF6_AREA : this.#router(other)!.homeArea;
    const target: Destination = { name: `router ${other}`, advertisers: [{ host: other, area, cost: 0 }] };
    const route = host === other ? undefined : this.#intra(host, target) ?? this.#inter(host, target);
    return route === undefined ? [] : [route];
  }
}

const NOTHING: Graph = new Map();

/** A graph without some of its links. */
function without(graph: Graph, gone: readonly Joint[]): Graph {
  const left = new Map(graph);
  const names = new Set(gone.map(({ name }) => name));
  for (const end of new Set(gone.flatMap(({ ends }) => ends))) left.set(end, graph.get(end)!.filter(({ link }) => !names.has(link)));
  return left;
}

/** The cheapest routes as one. */
function best(routes: readonly Route[]): Route | undefined {
  if (routes.length < 2) return routes[0];
  const cost = Math.min(...routes.map((route) => route.cost));
  const cheapest = routes.filter((route) => route.cost === cost);
  if (cheapest.length === 1) return cheapest[0];
  const hops = new Map(cheapest.flatMap((route) => route.hops.map((hop): [string, Hop] => [hop.link, hop])));
  return { cost, hops: [...hops.values()], areas: new Set(cheapest.flatMap((route) => [...route.areas])) };
}

function sameCosts(a: ReadonlyMap<string, Route>, b: ReadonlyMap<string, Route>): boolean {
  return a.size === b.size && [...a].every(([host, route]) => b.get(host)?.cost === route.cost && b.get(host)?.areas.size === route.areas.size);
}
