/** Neighbours as they are: by OSPFv2, OSPFv3, BFD and BGP, and by the cables that LLDP tells of. */
import { type AdjacencyProtocol, intendedAdjacencies } from "../../../infra/network/adjacency.ts";
import { lldpInterfaces } from "../../../infra/network/lldp.ts";
import { isRouter, provinceRouters } from "../../../infra/network/router.ts";
import type { Link, LinkEnd } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import { adjacencyKey, matchAdjacencies } from "../../../monitoring/probes/adjacency.ts";
import type { AuditContext, Check } from "../check.ts";
import type { LldpNeighbour } from "../live/host.ts";
import { failure, interfaceSubject, judgedHosts, liveOf, placeOfInterface, type Reading, reading, unknown } from "../live/judge.ts";
import { say } from "../messages/index.ts";
import type { Outcome, Subject } from "../types.ts";

const PROTOCOLS: Readonly<Record<string, { readonly name: string; readonly protocols: readonly AdjacencyProtocol[]; readonly source: string }>> = {
  ospf2: { name: "OSPFv2", protocols: ["ospf2"], source: "RFC 2328, 10.1: neighbours are Full" },
  ospf3: { name: "OSPFv3", protocols: ["ospf3"], source: "RFC 5340, 4.2.3: neighbours are Full" },
  bfd: { name: "BFD", protocols: ["bfd4", "bfd6"], source: "RFC 5880, 6.2: sessions are Up" },
  bgp: { name: "BGP", protocols: ["bgp4", "bgp6"], source: "RFC 4271, 8.2.2: sessions are Established" },
};

export const liveNeighbours: readonly Check[] = Object.entries(PROTOCOLS).map(([id, { name, protocols, source }]): Check => ({
  id: `live.${id}`,
  title: say("live.neighbours.title", { protocol: name }),
  severity: "critical",
  basis: "design",
  source,
  reads: ["inventory", "live"],
  run: (context) => {
    const live = liveOf(context);
    const { province } = context;
    const hosts = judgedHosts(province, live).filter(isRouter);
    const names = new Set(hosts.map((host) => host.name));
    const intended = intendedAdjacencies(province).filter((one) => names.has(one.host) && protocols.includes(one.protocol));
    const readings = new Map(hosts.map((host) => [host.name, reading(live, host.name, "neighbours", (one) => one.neighbours)]));
    const found = new Map([...readings].flatMap(([host, one]) => ("value" in one ? [[host, one.value.filter((neighbour) => protocols.includes(neighbour.protocol))] as const] : [])));
    const report = matchAdjacencies(intended, found);
    const misses = new Map(report.misses.map((miss) => [adjacencyKey(miss), miss.state]));
    return [
      ...intended.map((one): Outcome => {
        const host = province.hosts.get(one.host)!;
        const subject = interfaceSubject(province, host, one.interface, one.link === undefined ? `${one.protocol} ${one.peer}` : one.protocol);
        const said = readings.get(one.host)!;
        if ("why" in said) return unknown(subject, host, said.why);
        const state = misses.get(adjacencyKey(one));
        const values = { host: one.host, interface: one.interface, peer: one.peer, protocol: name, state: state ?? "" };
        return state === undefined ? { ...subject, verdict: "pass" }
          : failure({ ...subject, hosts: [one.host, one.peer] }, placeOfInterface(province, host, one.interface), state === "absent" ? "live.neighbours.missing" : "live.neighbours.state", values);
      }),
      ...report.unexpected.map((one): Outcome => {
        const host = province.hosts.get(one.host)!;
        const port = one.interface ?? "";
        return failure({ ...interfaceSubject(province, host, port, `${one.protocol} ${one.neighbour}`) }, placeOfInterface(province, host, port), "live.neighbours.unexpected",
          { host: one.host, interface: port || "?", neighbour: one.neighbour, protocol: name, state: one.state });
      }),
    ];
  },
}));

export const liveLldp: Check = {
  id: "live.lldp",
  title: say("live.lldp.title"),
  severity: "major",
  basis: "design",
  source: "IEEE 802.1AB: each end of a link names the port at its other end",
  reads: ["inventory", "live"],
  run: (context) => {
    const live = liveOf(context);
    const { province } = context;
    const ours = new Set(judgedHosts(province, live).map((host) => host.name));
    const speakers = new Map(provinceRouters(province).filter((router) => ours.has(router.host.name)).map((router) => [router.host.name, lldpInterfaces(router)]));
    const said = new Map([...speakers.keys()].map((host) => [host, reading(live, host, "lldp", (one) => one.lldp)]));
    const cables = [...province.links.values()].filter((link) => link.ends.every((end) => speakers.get(end.host)?.includes(end.interface) === true));
    const judged = cables.map((link): Outcome => {
      const subject: Subject = { kind: "link", subject: link.name, links: [link.name], hosts: link.ends.map((end) => end.host) };
      const verdicts = link.ends.map((near, i): Outcome => judgeEnd(context, subject, link, near, link.ends[i === 0 ? 1 : 0], said.get(near.host)!));
      // An end whose daemon is silent explains what the other one misses.
      const silent = verdicts.find((one, i) => one.verdict === "fail" && "why" in said.get(link.ends[i]!.host)!);
      return silent ?? verdicts.find((one) => one.verdict === "fail") ?? verdicts.find((one) => one.verdict === "unknown") ?? { ...subject, verdict: "pass" };
    });
    const extra = [...said].flatMap(([name, one]) => ("why" in one ? [] : one.value.filter((heard) => !speakers.get(name)!.includes(heard.interface)).map((heard): Outcome => {
      const host = province.hosts.get(name)!;
      return failure(interfaceSubject(province, host, heard.interface, heard.host), sourceOf(host), "live.lldp.unexpected", { host: name, interface: heard.interface, found: heard.host, foundPort: heard.port });
    })));
    return [...judged, ...extra];
  },
};

/** What one end of a link hears from the other. */
function judgeEnd(context: AuditContext, subject: Subject, link: Link, near: LinkEnd, far: LinkEnd, said: Reading<readonly LldpNeighbour[]>): Outcome {
  const { province } = context;
  const host = province.hosts.get(near.host)!;
  if ("why" in said) {
    // Who answers us but runs no LLDP is at fault himself; who does not answer may be all right.
    return liveOf(context).hosts.has(near.host) ? failure(subject, sourceOf(host), "live.lldp.silent", { host: near.host, why: said.why }) : unknown(subject, host, said.why);
  }
  const heard = said.value.filter((one) => one.interface === near.interface);
  const values = { host: near.host, interface: near.interface, peer: far.host, port: far.interface };
  const other = heard.find((one) => one.host !== far.host || one.port !== far.interface);
  if (other !== undefined) return failure(subject, sourceOf(link), "live.lldp.wrong", { ...values, found: other.host, foundPort: other.port });
  return heard.length === 1 ? { ...subject, verdict: "pass" } : failure(subject, sourceOf(link), "live.lldp.missing", values);
}
