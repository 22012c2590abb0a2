/** Flows to ask the policy about, and to try. */
import { innerNeighbours } from "../../infra/network/bgp.ts";
import { judge } from "../../infra/security/matrix.ts";
import { namedNodes, type Node } from "../../infra/security/nodes.ts";
import type { Family } from "../../infra/security/places.ts";
import { Failure } from "../../inventory/failure.ts";
import { sourceOf, type Source } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { parsePorts, portsOf } from "../../inventory/ports.ts";
import type { Posts } from "../../monitoring/posts.ts";
import { type FlowProbe, type FoundFlow, probeFlows } from "../../monitoring/probes/firewall.ts";

export interface Trace {
  readonly from: Node;
  readonly to: Node;
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly port: number;
}

export interface Prediction {
  readonly trace: Trace;
  readonly action: "accept" | "drop";
  /** Where the line stands that decides, the service by which it does, and what it is for; absent where no line speaks of the flow. */
  readonly source?: Source;
  readonly service?: string;
  readonly purpose?: string;
}

export interface LiveTrace extends FoundFlow {
  /** Of the trace, among those asked. */
  readonly index: number;
  readonly family: Family;
}

/** A port that no service has: nobody's packets to it pass. */
const NOBODYS_PORT = { protocol: "tcp", first: 8081, last: 8081 } as const;

/** @throws Failure for a port that is none, is a range, or is spoken between neighbours only. */
export function traceOf(from: Node, to: Node, text: string): Trace {
  const ports = parsePorts(text);
  if (ports === undefined || ports.protocol === "ip" || ports.first !== ports.last) {
    throw new Failure(`'${text}' is not a port`, { advice: "Write tcp/993, udp/53 or icmp." });
  }
  return { from, to, protocol: ports.protocol, port: ports.first };
}

export function predict(province: Province, trace: Trace, at: Date): Prediction {
  const { action, rule, service } = judge(province, { from: trace.from.place, to: trace.to.place, protocol: trace.protocol, port: trace.port }, at);
  return { trace, action, ...(rule !== undefined && { source: sourceOf(rule), service: service?.name, purpose: rule.purpose }) };
}

/** Between hubs that speak BGP with each other the kernel lets nothing to this port that is not signed with their key (RFC 2385). */
const SIGNED_PORT = 179;

/**
 * Every service, and a port of none, between every two kinds of nodes that can be tried: what is signed cannot. Of each kind (place and role) the first
 * stands for all; with itself a kind is tried across two wires where it has two, since nobody filters within an office's LAN.
 */
export function allTraces(province: Province, isPost: (node: Node) => boolean): Trace[] {
  const ours = (node: Node): boolean => province.sites.get(province.hosts.get(node.name)?.site ?? "")?.kind !== "external";
  const kinds = [...Map.groupBy(namedNodes(province).filter((node) => ours(node) && isPost(node)), (node) => `${node.place.id} ${province.hosts.get(node.name)?.role ?? ""}`).values()];
  const named = province.security.services.filter((service) => service.neighbours !== true).flatMap((service) => service.ports.map(portsOf));
  const ports = [...new Map([...named, NOBODYS_PORT].map((range) => [`${range.protocol} ${range.first}`, range])).values()];
  return kinds.flatMap((sources) => kinds.flatMap((destinations) => {
    const from = sources[0]!;
    const to = destinations.find((node) => node.name !== from.name && (node.wire === undefined || node.wire !== from.wire || node.kind === "host"));
    if (to === undefined) return [];
    const isSigned = (protocol: string, port: number): boolean => protocol === "tcp" && port === SIGNED_PORT && speakBgp(province, from, to);
    return ports.flatMap(({ protocol, first }): Trace[] => (protocol === "ip" || isSigned(protocol, first) ? [] : [{ from, to, protocol, port: first }]));
  }));
}

function speakBgp(province: Province, from: Node, to: Node): boolean {
  const host = province.hosts.get(from.name);
  return host !== undefined && innerNeighbours(province, host).some((hub) => hub.name === to.name);
}

/** How often a flow that fared otherwise than predicted is tried again: a busy machine loses packets, a policy does not. */
const RETRIES = 2;

/** Sends each flow in each family that both ends have. @throws Failure when nothing of ours stands at a source. */
export async function live(province: Province, posts: Posts, traces: readonly Trace[]): Promise<LiveTrace[]> {
  const probes = traces.flatMap((trace, index) => {
    const from = posts.at(trace.from);
    const to = posts.at(trace.to) ?? { address: trace.to.address };
    if (from === undefined) throw new Failure(`nothing of ours stands at '${trace.from.name}', so that no packet can be sent from there`, { advice: "Leave out --live, or name a host." });
    const families = (["ipv4", "ipv6"] as const).filter((family) => from.address[family] !== undefined && to.address[family] !== undefined);
    if (families.length === 0) throw new Failure(`'${trace.from.name}' and '${trace.to.name}' have no address family in common`);
    return families.map((family) => ({ index, family, probe: { from, to, family, protocol: trace.protocol, port: trace.port } satisfies FlowProbe }));
  });
  const found = await probeFlows(probes.map(({ probe }) => probe));
  for (let round = 0; round < RETRIES; round++) {
    const again = probes.flatMap(({ index }, i) => (found[i]!.action === predict(province, traces[index]!, new Date()).action ? [] : [i]));
    if (again.length === 0) break;
    const anew = await probeFlows(again.map((i) => probes[i]!.probe));
    again.forEach((i, n) => { found[i] = anew[n]!; });
  }
  return probes.map(({ index, family }, i) => ({ index, family, ...found[i]! }));
}
