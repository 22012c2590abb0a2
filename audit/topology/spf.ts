/**
 * Which way packets go, predicted from the inventory alone: between offices, the data center and the outside, in both
 * directions, when all is well and after failures. Pure; what it says is held against live networks by `what-if --run`.
 */
import type { Host, Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { type Router, provinceRouters, stateEdges } from "../../infra/network/router.ts";
import { type Destination, type Destinations, type Family, destinationsOf } from "./destinations.ts";
import { type Backdrop, backdropOf } from "./backdrop.ts";
import { Routes } from "./routes.ts";
import { type Decision, type Hop, type Path, arrives, walk } from "./walk.ts";

export type { Family } from "./destinations.ts";
export { type Path, pathText } from "./walk.ts";

/** Everything in the data center's segments, and the state network with what lies behind it. */
export const DATACENTER = "datacenter";
export const OUTSIDE = "outside";

/** What is down: names of links and of hosts. */
export interface Failures {
  readonly failed?: ReadonlySet<string>;
}

/**
 * Places are an office's slug (its LAN), `datacenter`, `outside`, the name of a server (its segment) or of a router (its
 * loopback). An unknown place is an Error of the caller.
 */
export interface Prediction {
  /** Whether packets get from `a` to `b` and back, whichever of equal paths they take. IPv4 unless told. */
  reachable(a: string, b: string, family?: Family): boolean;
  /** Every equal-cost path of one direction. The first router is the one that `a` hangs on. */
  paths(a: string, b: string, family?: Family): readonly Path[];
  /** As `reachable`, but `some` where only some of the equal paths arrive: then it hangs on the packet. */
  outlook(a: string, b: string, family?: Family): Outlook;
  /** What one router does with packets to a place, whoever sent them. */
  decision(router: string, place: string, family?: Family): Decision;
}

export type Outlook = "yes" | "some" | "no";

/** What stays the same in all failures. */
interface Base {
  readonly province: Province;
  readonly routers: ReadonlyMap<string, Router>;
  readonly destinations: Readonly<Record<Family, Destinations>>;
  readonly backdrop: (family: Family) => Backdrop;
}

const bases = new WeakMap<Province, Base>();
/** With nothing broken: what everything else is compared with. */
const wholes = new WeakMap<Province, Prediction>();

/** Predicts one state of the network. The first prediction of a province prepares what all others share. */
export function predict(province: Province, { failed = new Set() }: Failures = {}): Prediction {
  if (failed.size > 0) return predictState(province, failed);
  const known = wholes.get(province) ?? predictState(province, failed);
  wholes.set(province, known);
  return known;
}

function predictState(province: Province, failed: ReadonlySet<string>): Prediction {
  const base = baseOf(province);
  const states = perFamily((family) => new Routes(base.backdrop(family), failed));
  const kept = new Map<string, readonly Path[]>();
  const paths = (a: string, b: string, family: Family = "ipv4"): readonly Path[] => {
    const key = `${family} ${a} ${b}`;
    const known = kept.get(key) ?? pathsOf(base, states(family), failed, a, b, family);
    kept.set(key, known);
    return known;
  };
  return {
    paths,
    reachable: (a, b, family) => arrives(paths(a, b, family)) && arrives(paths(b, a, family)),
    outlook: (a, b, family) => outlookOf(paths(a, b, family), paths(b, a, family)),
    decision: (router, place, family = "ipv4") => decide(base, states(family), router, undefined, router, destinationsAt(base, place, family)[0] ?? OUTSIDE),
  };
}

/**
 * Whether what was found is what was predicted of one direction: texts of paths, or of a router's ways on. Of equal ways that came up
 * one after the other ospf6d 8.4 at times installs only some: in IPv6 those that it has must be among the predicted.
 */
export function agrees(predicted: Iterable<string>, found: Iterable<string>, family: Family): boolean {
  const [wanted, is] = [new Set(predicted), new Set(found)];
  return [...is].every((one) => wanted.has(one)) && (is.size === wanted.size || (family === "ipv6" && is.size > 0));
}

/** What is worked out for a family when somebody asks for it. */
function perFamily<T>(work: (family: Family) => T): (family: Family) => T {
  const known = new Map<Family, T>();
  return (family) => {
    let one = known.get(family);
    if (one === undefined) known.set(family, (one = work(family)));
    return one;
  };
}

function outlookOf(...directions: readonly (readonly Path[])[]): Outlook {
  if (directions.every(arrives)) return "yes";
  return directions.every((paths) => paths.some((path) => path.end === "delivered")) ? "some" : "no";
}

function baseOf(province: Province): Base {
  const known = bases.get(province);
  if (known !== undefined) return known;
  const ours = provinceRouters(province);
  const routers = new Map([...ours, ...stateEdges(province)].map((router) => [router.host.name, router]));
  const base: Base = {
    province,
    routers,
    destinations: { ipv4: destinationsOf(province, ours, "ipv4"), ipv6: destinationsOf(province, ours, "ipv6") },
    backdrop: perFamily((family) => backdropOf(province, routers, family)),
  };
  bases.set(province, base);
  return base;
}

function pathsOf(base: Base, routes: Routes, failed: ReadonlySet<string>, a: string, b: string, family: Family): readonly Path[] {
  if (failed.has(a) || failed.has(b)) return [];
  const destinations = destinationsAt(base, b, family);
  const found = startsAt(base, routes, a).flatMap((start) => destinations.flatMap((destination) =>
    walk(start, (host, cameBy) => decide(base, routes, host, cameBy, start, destination))));
  return [...new Map(found.map((path) => [`${path.links.join(" ")} ${path.end} ${path.hosts.join(" ")}`, path])).values()];
}

function decide(base: Base, routes: Routes, host: string, cameBy: Hop | undefined, start: string, destination: Destination | typeof OUTSIDE): Decision {
  if (!routes.isUp(host)) return { kind: "drop", why: "down" };
  const role = base.routers.get(host)!.host.role;
  if (cameBy !== undefined && isForeign(base.province, cameBy, host, start)) return { kind: "drop", why: "filtered" };
  if (role === "state-edge") {
    if (destination === OUTSIDE) return { kind: "deliver" };
    const hops = routes.handoffsOf(host);
    return hops.length === 0 ? { kind: "drop", why: "no-route" } : { kind: "forward", hops };
  }
  return destination === OUTSIDE ? routes.wayOut(host) : routes.decide(host, destination);
}

/**
 * Whether a hub drops what `cameBy` brought: a site is nobody's way to anywhere, and from its links comes only what is its own
 * (security/spoofing.ts).
 */
export function isForeign(province: Province, cameBy: Hop, host: string, start: string): boolean {
  const [a, b] = province.links.get(cameBy.link)?.ends ?? [];
  const before = a?.host === host ? b?.host : a?.host;
  const role = (name: string | undefined) => province.hosts.get(name ?? "")?.role;
  return role(before) === "site-router" && role(host) !== "site-router" && before !== start;
}

/** The routers at which packets of a place enter the network. */
function startsAt(base: Base, routes: Routes, place: string): string[] {
  const host = base.province.hosts.get(place);
  if (place === DATACENTER || host?.interfaces[0]?.kind === "segment" && host.loopback === undefined) return [...gateway(base, routes)];
  if (place === OUTSIDE) return [...base.routers.values()].filter((router) => router.host.role === "state-edge").map((router) => router.host.name);
  if (host?.loopback !== undefined) return [place];
  const lan = base.destinations.ipv4.lans.get(place);
  if (lan === undefined) throw new Error(`no place ${place} in the province`);
  return [lan.advertisers[0]!.host];
}

/** The firewall that holds the segments' gateway addresses: the first in rank, but one that hears no router yields to one that does (network/vrrp.ts). */
function gateway(base: Base, routes: Routes): string[] {
  const firewalls = hostsOfRole(base.province, "firewall").filter((host) => routes.isUp(host.name));
  const holder = firewalls.find((host: Host) => routes.hasNeighbours(host.name)) ?? firewalls[0];
  return holder === undefined ? [] : [holder.name];
}

function destinationsAt(base: Base, place: string, family: Family): readonly (Destination | typeof OUTSIDE)[] {
  const { lans, segments, loopbacks } = base.destinations[family];
  if (place === OUTSIDE) return [OUTSIDE];
  // Of segments that the same firewalls have a leg in, one is enough: their routes are the same.
  if (place === DATACENTER) return [...new Map([...segments.values()].map((one) => [JSON.stringify(one.advertisers), one])).values()];
  const host = base.province.hosts.get(place);
  const segment = host?.loopback === undefined ? host?.interfaces.find((one) => one.kind === "segment")?.segment : undefined;
  const found = lans.get(place) ?? loopbacks.get(place) ?? segments.get(segment ?? "");
  if (found === undefined) throw new Error(`no place ${place} in the province`);
  return [found];
}
