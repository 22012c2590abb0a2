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
import { innerNeighbours } from "../../infra/network/bgp.ts";
import { areaId, BACKBONE, type Router } from "../../infra/network/router.ts";
import { OSPF6_AREA } from "../../infra/network/ospf6.ts";
import { EXTERNAL_METRIC } from "../../infra/network/ospf.ts";
import type { Link, Province } from "../../inventory/model.ts";
import type { Advertiser, Destination, Family, Summary } from "./destinations.ts";
import { type Edge, type Graph, type Reach, shortestPaths } from "./shortestPaths.ts";
import type { Decision, Hop } from "./walk.ts";

/** Cost at which a border router offers itself as the way out of a stub area (RFC 2328, 12.4.3.1; FRR's default). */
const STUB_DEFAULT_COST = 1;

interface Route extends Reach {
  /** Areas that it leads through, dotted. */
  readonly areas: ReadonlySet<string>;
}

/** By area and router: what the router reaches inside the area. */
export type IntactPaths = Map<string, Map<string, Map<string, Reach>>>;

/** One state of the network in one family: OSPFv2 with the inventory's areas, or OSPFv3 with one for all. Everything is worked out when it is asked for, and kept. */
export class Routes {
  readonly #family: Family;
  readonly #routers: ReadonlyMap<string, Router>;
  readonly #graphs = new Map<string, Map<string, Edge[]>>();
  readonly #areas = new Map<string, readonly string[]>();
  readonly #members = new Map<string, string[]>();
  readonly #stubs: ReadonlySet<string>;
  /** By area and router. */
  readonly #paths = new Map<string, Map<string, Map<string, Reach>>>();
  readonly #decisions = new Map<Destination, Map<string, Decision>>();
  readonly #between = new Map<string, ReadonlyMap<string, Route>>();
  /** By core router: the hand-offs that it has. */
  readonly #handoffs = new Map<string, Hop[]>();

  /** Areas from which something is missing. */
  readonly #touched = new Set<string>();
  readonly #intact: IntactPaths;

  /**
   * @param failed names of links and of hosts.
   * @param intact paths inside areas from which nothing is missing, which all states of a province share in one family.
   */
  constructor(province: Province, routers: ReadonlyMap<string, Router>, failed: ReadonlySet<string>, family: Family, intact: IntactPaths = new Map()) {
    this.#family = family;
    this.#intact = intact;
    this.#routers = new Map([...routers].filter(([name]) => !failed.has(name)));
    this.#stubs = new Set(family === "ipv6" ? [] : province.routing.areas.filter((area) => area.stub === "totally").map((area) => area.id));
    for (const router of this.#routers.values()) {
      for (const area of this.#areasOf(router.host.name)) {
        this.#members.set(area, [...(this.#members.get(area) ?? []), router.host.name]);
      }
    }
    for (const link of province.links.values()) {
      const [a, b] = link.ends.map((end) => end.host) as [string, string];
      if (failed.has(link.name) || failed.has(a) || failed.has(b)) {
        const area = this.#areaOf(province, link);
        if (area !== undefined) this.#touched.add(area);
        continue;
      }
      if (link.role === "handoff") this.#addHandoff(link, a, b);
      else this.#addEdges(province, link, a, b);
    }
  }

  isUp(host: string): boolean {
    return this.#routers.has(host);
  }

  /** Whether the router has heard of any other one by OSPF. */
  hasNeighbours(host: string): boolean {
    return this.#areasOf(host).some((area) => this.#from(area, host).size > 1);
  }

  /** What a router does with a packet to a destination inside the province. */
  decide(host: string, destination: Destination): Decision {
    const kept = this.#decisions.get(destination) ?? new Map<string, Decision>();
    this.#decisions.set(destination, kept);
    const known = kept.get(host) ?? this.#decide(host, destination);
    kept.set(host, known);
    return known;
  }

  #decide(host: string, destination: Destination): Decision {
    if (destination.advertisers.some((one) => one.host === host)) return { kind: "deliver" };
    const inside = this.#intra(host, destination);
    if (inside !== undefined) return { kind: "forward", hops: inside.hops };
    const summary = destination.summary;
    if (summary === undefined) {
      const route = this.#inter(host, destination);
      return route === undefined ? this.wayOut(host, true) : { kind: "forward", hops: route.hops };
    }
    if (this.#borders(host, summary.area) && this.#isActive(host, summary)) return { kind: "drop", why: "discarded" };
    const route = this.#inter(host, summary);
    return route === undefined ? this.wayOut(host, true) : { kind: "forward", hops: route.hops };
  }

  /**
   * What a router does with a packet to where it knows nothing better than the default route. A core router discards what belongs to
   * the province itself (`inside`) instead of giving it away.
   */
  wayOut(host: string, inside = false): Decision {
    const handoffs = this.#handoffs.get(host) ?? [];
    if (this.#routers.get(host)?.host.role === "core" && inside) return { kind: "drop", why: "discarded" };
    if (handoffs.length > 0) return { kind: "forward", hops: handoffs };
    const area = this.#onlyStub(host);
    const route = area !== undefined
      ? best(this.#bordersOf(area).filter((one) => one !== host).flatMap((one) => this.#via(host, area, one, STUB_DEFAULT_COST)))
      : this.#isHub(host) ? this.#toExit(host)
      : best([...this.#routers.keys()].filter((one) => this.#knowsExit(one)).flatMap((core) => this.#toRouter(host, core)).map((one) => ({ ...one, cost: one.cost + EXTERNAL_METRIC })));
    return route === undefined ? { kind: "drop", why: "no-route" } : { kind: "forward", hops: route.hops };
  }

  /** Whether the router has the way out by BGP from other hubs. */
  #isHub(host: string): boolean {
    const router = this.#routers.get(host);
    return router !== undefined && innerNeighbours(router.province, router.host).length > 0;
  }

  /** The way to the nearest core routers that have a hand-off of their own; what a core router hears from another it tells no hub (RFC 4271, 9.2.1). */
  #toExit(host: string): Route | undefined {
    const heard = innerNeighbours(this.#routers.get(host)!.province, this.#routers.get(host)!.host).map((hub) => hub.name);
    return best(heard.filter((hub) => this.#handoffs.has(hub)).flatMap((hub) => this.#toRouter(host, hub)));
  }

  /** Whether a core router tells OSPF of a way out: its own, or one that it has from another. */
  #knowsExit(host: string): boolean {
    return this.#routers.get(host)?.host.role === "core" && (this.#handoffs.has(host) || this.#toExit(host) !== undefined);
  }

  /** The hand-offs that stand, as the state network's edge sees them. */
  handoffsOf(edge: string): Hop[] {
    return [...this.#handoffs].flatMap(([core, hops]) => hops.filter((hop) => hop.host === edge).map((hop) => ({ link: hop.link, host: core })));
  }

  #addEdges(province: Province, link: Link, a: string, b: string): void {
    const area = this.#areaOf(province, link);
    if (area === undefined || !this.#routers.has(a) || !this.#routers.has(b)) return;
    const graph = this.#graphs.get(area) ?? new Map<string, Edge[]>();
    this.#graphs.set(area, graph);
    for (const [near, far] of [[a, b], [b, a]] as const) {
      const edges = graph.get(near) ?? [];
      edges.push({ link: link.name, host: far, cost: link.cost });
      graph.set(near, edges);
    }
  }

  /** Undefined at a hand-off, where OSPF does not run. */
  #areaOf(province: Province, link: Link): string | undefined {
    const area = areaId(province, link);
    return area !== undefined && this.#family === "ipv6" ? OSPF6_AREA : area;
  }

  #addHandoff(link: Link, a: string, b: string): void {
    const [core, edge] = this.#routers.get(a)?.host.role === "state-edge" ? [b, a] : [a, b];
    if (!this.#routers.has(core) || !this.#routers.has(edge)) return;
    this.#handoffs.set(core, [...(this.#handoffs.get(core) ?? []), { link: link.name, host: edge }]);
  }

  #from(area: string, host: string): Map<string, Reach> {
    const paths = this.#touched.has(area) ? this.#paths : this.#intact;
    const inArea = paths.get(area) ?? new Map<string, Map<string, Reach>>();
    paths.set(area, inArea);
    const known = inArea.get(host) ?? shortestPaths((this.#graphs.get(area) ?? new Map()) as Graph, host);
    inArea.set(host, known);
    return known;
  }

  #areasOf(host: string): readonly string[] {
    const known = this.#areas.get(host);
    if (known !== undefined) return known;
    const areas = this.#workOutAreas(host);
    this.#areas.set(host, areas);
    return areas;
  }

  #workOutAreas(host: string): readonly string[] {
    const router = this.#routers.get(host);
    // The edge of the state network takes no part.
    if (router === undefined || router.areas.length === 0) return [];
    return this.#family === "ipv6" ? [OSPF6_AREA] : [...new Set([router.homeArea, ...router.areas.map(({ id }) => id)])];
  }

  #isBorder(host: string): boolean {
    return this.#family === "ipv4" && this.#routers.get(host)?.borders === true;
  }

  #borders(host: string, area: string): boolean {
    return this.#isBorder(host) && this.#areasOf(host).includes(area);
  }

  #bordersOf(area: string): string[] {
    return (this.#members.get(area) ?? []).filter((host) => this.#isBorder(host));
  }

  /** The stub area in which the router stands with all its links, if it is one. */
  #onlyStub(host: string): string | undefined {
    const areas = this.#areasOf(host);
    return areas.length === 1 && this.#stubs.has(areas[0]!) ? areas[0] : undefined;
  }

  /** The route inside an area. */
  #intra(host: string, destination: Pick<Destination, "advertisers">): Route | undefined {
    return best(destination.advertisers.flatMap((one: Advertiser) =>
      this.#routers.has(one.host) && this.#areasOf(host).includes(one.area) ? this.#via(host, one.area, one.host, one.cost) : []));
  }

  /** The way through `area` to a router of it, and `cost` beyond. */
  #via(host: string, area: string, to: string, cost: number): Route[] {
    const reach = this.#from(area, host).get(to);
    return reach === undefined ? [] : [{ cost: reach.cost + cost, hops: reach.hops, areas: new Set([area]) }];
  }

  #isActive(host: string, summary: Summary): boolean {
    return summary.parts.some((part) => this.#intra(host, part) !== undefined);
  }

  /** What a border router knows of a prefix or summary of an area that it has links in: the highest cost among the parts. */
  #own(host: string, target: Destination | Summary): Route | undefined {
    if (!("parts" in target)) return target.summary === undefined ? this.#intra(host, target) : undefined;
    if (!this.#areasOf(host).includes(target.area)) return undefined;
    const parts = target.parts.flatMap((part) => this.#intra(host, part) ?? []);
    return parts.length === 0 ? undefined : parts.reduce((a, b) => (b.cost > a.cost ? b : a));
  }

  /** The route between areas. */
  #inter(host: string, target: Destination | Summary): Route | undefined {
    const known = this.#borderRoutes(target);
    return this.#isBorder(host) ? known.get(host) : this.#learned(host, this.#areasOf(host), known, target);
  }

  /** What all border routers know of a target, until nobody learns anything better. */
  #borderRoutes(target: Destination | Summary): ReadonlyMap<string, Route> {
    const key = target.name;
    const kept = this.#between.get(key);
    if (kept !== undefined) return kept;
    const borders = [...this.#routers.keys()].filter((host) => this.#isBorder(host));
    const own = new Map(borders.flatMap((host): [string, Route][] => {
      const route = this.#own(host, target);
      return route === undefined ? [] : [[host, route]];
    }));
    let known: ReadonlyMap<string, Route> = own;
    // Each round carries a route one border router further, so that as many rounds as there are of them are enough.
    for (let round = 0; round <= borders.length; round++) {
      const next = new Map(borders.flatMap((host): [string, Route][] => {
        const route = own.get(host) ?? this.#learned(host, [BACKBONE], known, target);
        return route === undefined ? [] : [[host, route]];
      }));
      if (sameCosts(known, next)) break;
      known = next;
    }
    this.#between.set(key, known);
    return known;
  }

  /** The best of what border routers announce into areas; nobody announces into an area what leads through it. */
  #learned(host: string, areas: readonly string[], known: ReadonlyMap<string, Route>, target: Destination | Summary): Route | undefined {
    return best(areas.flatMap((area) => this.#bordersOf(area).flatMap((border) => {
      const route = known.get(border);
      const told = !this.#stubs.has(area) || this.#leaks(border, target);
      return border === host || route === undefined || !told || route.areas.has(area) ? [] : this.#via(host, area, border, route.cost);
    })));
  }

  /** `no-summary` keeps ospfd from telling a stub area of other areas' prefixes, but not of the summaries that the border router itself makes. */
  #leaks(border: string, target: Destination | Summary): boolean {
    return "parts" in target && this.#borders(border, target.area) && this.#isActive(border, target);
  }

  /** The way to another router's loopback, as a list of one; empty where there is none. */
  #toRouter(host: string, other: string): Route[] {
    const area = this.#family === "ipv6" ? OSPF6_AREA : this.#routers.get(other)!.homeArea;
    const target: Destination = { name: `router ${other}`, advertisers: [{ host: other, area, cost: 0 }] };
    const route = host === other ? undefined : this.#intra(host, target) ?? this.#inter(host, target);
    return route === undefined ? [] : [route];
  }
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
