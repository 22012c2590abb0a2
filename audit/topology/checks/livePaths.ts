/** Paths in both directions: predicted against found, through which firewalls, for packets of which size, over how many hops. */
import { agrees, DATACENTER, OUTSIDE, predict } from "../spf.ts";
import { type Path, pathText } from "../walk.ts";
import type { Family } from "../destinations.ts";
import { stateEdges } from "../../../infra/network/router.ts";
import type { Province } from "../../../inventory/model.ts";
import { hostsOfRole } from "../../../inventory/reach.ts";
import { sourceOf, type Source } from "../../../inventory/source.ts";
import type { AuditContext, Check } from "../check.ts";
import { type Fib, fibOf } from "../live/fib.ts";
import { failure, judgedHosts, liveOf } from "../live/judge.ts";
import type { LiveNetwork } from "../live/network.ts";
import { addressesAt } from "../live/places.ts";
import type { Trace } from "../live/trace.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome, Subject } from "../types.ts";

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];
/** Hop limit that Linux sends with. */
const FIRST_TTL = 64;

export const pathsLive: Check = {
  id: "paths.live",
  title: say("paths.live.title"),
  severity: "critical",
  basis: "design",
  source: "links.yaml, routing.yaml: which way traffic goes follows from them",
  reads: ["inventory", "live"],
  run: (context) => {
    const { province } = context;
    const live = liveOf(context);
    const fib = fibOf(province, live.hosts);
    const prediction = predict(province);
    const places = addressesAt(province);
    // Where the edge of the state network is somebody else's, nobody can say which way it sends.
    const ours = new Set(judgedHosts(province, live).map((host) => host.name));
    const starts = [...places.keys()].filter((place) => place !== OUTSIDE || startsAt(province, live, place).every((host) => ours.has(host)));
    return starts.flatMap((a) => [...places].filter(([b]) => b !== a).map(([b, addresses]): Outcome => {
      const subject = pairSubject(province, a, b);
      const differing = FAMILIES.flatMap((family) => {
        const predicted = prediction.paths(a, b, family);
        const found = startsAt(province, live, a).flatMap((start) => fib.paths(start, addresses[family], family));
        return agrees(predicted.map(wayText), found.map(wayText), family) ? [] : [{ family, predicted, found }];
      });
      const unread = differing.flatMap(({ found }) => found).find((path) => path.end === "unread");
      const at = placeAt(province, a);
      if (unread !== undefined) {
        const silent = unread.hosts.at(-1)!;
        return { ...subject, verdict: "unknown", at, finding: say("live.unread", { host: silent, why: live.silent.get(silent) ?? "it was not asked" }), remedy: say("live.unread.remedy", { host: silent }) };
      }
      const [first] = differing;
      if (first === undefined) return { ...subject, verdict: "pass" };
      return failure({ ...subject, evidence: { family: first.family, predicted: first.predicted.map(pathText), found: first.found.map(pathText) } }, at, "paths.live",
        { from: a, to: b, family: first.family, predicted: list(textsOf(first.predicted)), found: list(textsOf(first.found)) || "–" });
    }));
  },
};

export const pathsSymmetry: Check = {
  id: "paths.symmetry",
  title: say("paths.symmetry.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 2979, 3.1.1: a firewall that sees one direction only drops the other",
  reads: ["inventory", "live"],
  run: (context) => {
    const { province } = context;
    const live = liveOf(context);
    const fib = fibOf(province, live.hosts);
    const datacenter = addressesAt(province).get(DATACENTER);
    const firewalls = new Set(hostsOfRole(province, "firewall").map((host) => host.name));
    if (datacenter === undefined || firewalls.size === 0) return [];
    const [holder] = startsAt(province, live, DATACENTER);
    return [...province.sites.values()].filter((site) => site.kind === "office").map((site): Outcome => {
      const subject: Subject = { kind: "site", subject: site.slug, sites: [site.slug] };
      const there = FAMILIES.flatMap((family) => startsAt(province, live, site.slug).flatMap((start) => fib.paths(start, datacenter[family], family)));
      if (holder === undefined || there.some((path) => path.end === "unread")) {
        const silent = there.find((path) => path.end === "unread")?.hosts.at(-1) ?? [...firewalls][0]!;
        return { ...subject, verdict: "unknown", at: sourceOf(site), finding: say("live.unread", { host: silent, why: live.silent.get(silent) ?? "no firewall holds the gateway address" }), remedy: say("live.unread.remedy", { host: silent }) };
      }
      const entered = [...new Set(there.flatMap((path) => path.hosts.filter((host) => firewalls.has(host))))];
      return entered.every((host) => host === holder) ? { ...subject, verdict: "pass" }
        : failure({ ...subject, hosts: [...entered, holder] }, sourceOf(site), "paths.symmetry", { site: site.slug, there: list(entered), back: holder });
    });
  },
};

export const pathsTraced: Check = traceCheck("paths.traced", "major", "RFC 1393: the hops that a packet really meets", (context, trace, fib) => {
  const { province } = context;
  const predicted = predict(province).paths(trace.from, trace.to, trace.family).map((path) => answering(province, context, trace, path));
  const found = trace.hops.map((hop) => (hop === undefined ? undefined : (fib.ownerOf(hop) ?? hop)));
  const fits = trace.arrived && predicted.some((hosts) => hosts.length === found.length && hosts.every((host, i) => found[i] === undefined || found[i] === host));
  return fits ? undefined : { id: "paths.traced", values: { predicted: list(predicted.map((hosts) => hosts.join(" > "))), found: `${found.map((host) => host ?? "*").join(" > ")}${trace.arrived ? "" : " …"}` } };
});

export const pathsMtu: Check = traceCheck("paths.mtu", "major", "RFC 1191, RFC 8201: what is sent whole arrives whole", (_, trace) =>
  (trace.fullSize || !trace.arrived ? undefined : { id: "paths.mtu", values: {} }));

export const pathsTtl: Check = traceCheck("paths.ttl", "minor", "RFC 1812, 5.3.1: each router takes one from the hop limit", (context, trace) => {
  if (trace.ttl === undefined) return undefined;
  const back = predict(context.province).paths(trace.to, trace.from, trace.family).map((path) => FIRST_TTL - answering(context.province, context, { ...trace, from: trace.to, to: trace.from }, path).length);
  return back.includes(trace.ttl) ? undefined : { id: "paths.ttl", values: { ttl: trace.ttl, predicted: list([...new Set(back)].map(String)) } };
});

/** A verdict on each trace that was sent. */
function traceCheck(id: "paths.traced" | "paths.mtu" | "paths.ttl", severity: Check["severity"], source: string, judge: (context: AuditContext, trace: Trace, fib: Fib) => { id: typeof id; values: Record<string, string | number> } | undefined): Check {
  return {
    id, title: say(`${id}.title`), severity, basis: "design", source, reads: ["inventory", "live"],
    run: (context) => {
      const { province } = context;
      const live = liveOf(context);
      const fib = fibOf(province, live.hosts);
      return live.traces.map((trace): Outcome => {
        const subject: Subject = { ...pairSubject(province, trace.from, trace.to), subject: `${trace.from} > ${trace.to} ${trace.family}`, evidence: { hops: trace.hops.map((hop) => hop ?? null), ttl: trace.ttl ?? null } };
        const found = judge(context, trace, fib);
        return found === undefined ? { ...subject, verdict: "pass" }
          : failure(subject, placeAt(province, trace.from), found.id, { from: trace.from, to: trace.to, family: trace.family, ...found.values });
      });
    },
  };
}

/**
 * The routers of a path that pass a packet on, and so answer a trace. A workstation's own router is one of them; where a router
 * speaks for its LAN (on real hosts) it does not.
 */
function answering(province: Province, context: AuditContext, trace: Pick<Trace, "from" | "to">, path: Path): readonly string[] {
  const speaksForLan = (place: string): boolean => liveOf(context).environment.kind === "hosts" && province.sites.has(place);
  return path.hosts.slice(speaksForLan(trace.from) ? 1 : 0, speaksForLan(trace.to) ? -1 : undefined);
}

/** The router that a place's packets enter the network by. The data center's is the firewall that holds the gateway address now. */
export function startsAt(province: Province, live: LiveNetwork, place: string): string[] {
  if (place === OUTSIDE) return stateEdges(province).map((router) => router.host.name);
  if (place !== DATACENTER) return [...province.hosts.values()].filter((host) => host.site === place && host.role === "site-router").slice(0, 1).map((host) => host.name);
  const gateway = [...province.segments.values()][0]?.gateway.ipv4;
  const firewalls = hostsOfRole(province, "firewall").map((host) => host.name);
  const holding = firewalls.filter((name) => live.hosts.get(name)?.interfaces.some((one) => one.addresses.some((address) => address.startsWith(`${gateway}/`))) === true);
  return holding.slice(0, 1);
}

function pairSubject(province: Province, a: string, b: string): Subject {
  return { kind: "pair", subject: `${a} > ${b}`, sites: [a, b].filter((place) => province.sites.has(place)) };
}

function placeAt(province: Province, place: string): Source {
  const site = province.sites.get(place) ?? [...province.sites.values()].find((one) => one.kind === (place === OUTSIDE ? "external" : "datacenter"))!;
  return sourceOf(site);
}

function textsOf(paths: readonly Path[]): string[] {
  return [...new Set(paths.map(pathText))].toSorted();
}

/** A path by its links too, for two routers may share several. */
function wayText(path: Path): string {
  return `${pathText(path)} by ${path.links.join(" ")}`;
}
