/** Interfaces as they are: up, with the addresses that the plan gives them and no others, of one MTU, without errors. */
import { ROUTER_ROLES, type Host, type Province } from "../../../inventory/model.ts";
import { addressOf, managementAddress } from "../../../inventory/reach.ts";
import { sourceOf } from "../../../inventory/source.ts";
import { stateHost } from "../../../infra/network/bgp.ts";
import type { Check } from "../check.ts";
import type { LiveHost, LiveInterface } from "../live/host.ts";
import { failure, interfaceSubject, judgedHosts, liveOf, placeOfInterface, reading, unknown } from "../live/judge.ts";
import { LINK_MTU } from "../live/trace.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome, Subject } from "../types.ts";

/** Errors among packets past which a cable, a plug or an optic is at fault; a few come with every start. */
const TOLERATED_ERRORS = 1e-4;
/** Echo requests over a link that may stay unanswered, of all that both ends sent: a busy host answers late. */
const TOLERATED_LOSS = 0.1;

export const liveInterfaces: Check = {
  id: "live.interfaces",
  title: say("live.interfaces.title"),
  severity: "critical",
  basis: "design",
  source: "links.yaml, hosts.yaml: every interface that is described carries traffic",
  reads: ["inventory", "live"],
  run: (context) => eachInterface(context, (subject, host, live) => {
    const at = placeOfInterface(context.province, host, subject.interface);
    if (live === undefined) return failure(subject.subject, at, "live.interfaces.missing", { interface: subject.interface, host: host.name });
    if (!live.up) return failure(subject.subject, at, "live.interfaces.down", { interface: subject.interface, host: host.name });
    if (!live.carrier) return failure(subject.subject, at, "live.interfaces.carrier", { interface: subject.interface, host: host.name });
    return { ...subject.subject, verdict: "pass" };
  }),
};

export const liveMtu: Check = {
  id: "live.mtu",
  title: say("live.mtu.title"),
  severity: "major",
  basis: "design",
  source: "RFC 894; RFC 2328, 10.6: neighbours of different MTUs do not come to an adjacency",
  reads: ["inventory", "live"],
  run: (context) => eachInterface(context, (subject, host, live) =>
    live !== undefined && live.mtu !== LINK_MTU
      ? failure(subject.subject, placeOfInterface(context.province, host, subject.interface), "live.mtu", { interface: subject.interface, host: host.name, mtu: live.mtu, intended: LINK_MTU })
      : { ...subject.subject, verdict: "pass" }),
};

export const liveErrors: Check = {
  id: "live.errors",
  title: say("live.errors.title"),
  severity: "minor",
  basis: "design",
  source: "RFC 2863, 6: ifInErrors, ifOutErrors",
  reads: ["inventory", "live"],
  run: (context) => eachInterface(context, (subject, host, live) => {
    const { errors = 0, packets = 0 } = live?.counters ?? {};
    return errors > packets * TOLERATED_ERRORS
      ? failure(subject.subject, placeOfInterface(context.province, host, subject.interface), "live.errors", { interface: subject.interface, host: host.name, errors, packets })
      : { ...subject.subject, verdict: "pass" };
  }),
};

export const liveAddresses: Check = {
  id: "addressing.live",
  title: say("addressing.live.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 5227: an address used twice is lost to both",
  reads: ["inventory", "live"],
  run: (context) => {
    const live = liveOf(context);
    const { province } = context;
    const owners = ownersOf(live.hosts, gatewaysOf(province));
    return judgedHosts(province, live).map((host): Outcome => {
      const subject: Subject = { kind: "host", subject: host.name, hosts: [host.name] };
      const said = reading(live, host.name, "addresses", (one) => (one.interfaces.length === 0 ? undefined : one.interfaces));
      if ("why" in said) return unknown(subject, host, said.why);
      const mine = new Set(said.value.filter((one) => one.name !== "mgmt0").flatMap((one) => one.addresses));
      const shared = [...mine].flatMap((cidr) => (owners.get(addressOf(cidr)) ?? []).filter((other) => other !== host.name).map((other) => ({ address: addressOf(cidr), other })));
      if (shared[0] !== undefined) return failure({ ...subject, hosts: [host.name, ...new Set(shared.map((one) => one.other))] }, sourceOf(host), "addressing.live.twice", { host: host.name, address: shared[0].address, others: list([...new Set(shared.map((one) => one.other))]) });
      const wanted = intendedAddresses(province, host);
      const gateways = gatewaysOf(province);
      const missing = [...wanted].filter((cidr) => !mine.has(cidr));
      if (missing.length > 0) return failure(subject, sourceOf(host), "addressing.live.missing", { host: host.name, addresses: list(missing) });
      const extra = [...mine].filter((cidr) => !wanted.has(cidr) && !gateways.has(addressOf(cidr)) && addressOf(cidr) !== managementAddress(live.environment, host));
      if (extra.length > 0) return failure(subject, sourceOf(host), "addressing.live.extra", { host: host.name, addresses: list(extra) });
      return { ...subject, verdict: "pass" };
    });
  },
};

export const liveLoss: Check = {
  id: "live.loss",
  title: say("live.loss.title"),
  severity: "major",
  basis: "design",
  source: "RFC 2330, 6.1: a link that loses is a link that fails",
  reads: ["inventory", "live"],
  run: (context) => {
    const live = liveOf(context);
    const { province } = context;
    const ours = new Set(judgedHosts(province, live).map((host) => host.name));
    return [...province.links.values()].filter((link) => link.ends.some((end) => ours.has(end.host))).map((link): Outcome => {
      const subject: Subject = { kind: "link", subject: link.name, links: [link.name], hosts: link.ends.map((end) => end.host) };
      const pings = link.ends.flatMap((end, i) => {
        const far = addressOf(link.ends[i === 0 ? 1 : 0].ipv4);
        return live.hosts.get(end.host)?.pings.filter((one) => one.address === far) ?? [];
      });
      const sent = pings.reduce((sum, one) => sum + one.sent, 0);
      const lost = sent - pings.reduce((sum, one) => sum + one.received, 0);
      const host = province.hosts.get(link.ends.find((end) => ours.has(end.host))!.host)!;
      if (sent === 0) return unknown(subject, host, live.silent.get(host.name) ?? "no echo request was sent");
      if (lost > sent * TOLERATED_LOSS) return failure({ ...subject, evidence: { sent, lost } }, sourceOf(link), "live.loss", { link: link.name, a: link.ends[0].host, b: link.ends[1].host, sent, lost });
      return { ...subject, verdict: "pass", evidence: { sent, lost } };
    });
  },
};

interface Named {
  readonly interface: string;
  readonly subject: Subject;
}

/** A verdict on each interface that the inventory gives a host. */
function eachInterface(context: Parameters<Check["run"]>[0], judge: (subject: Named, host: Host, live: LiveInterface | undefined) => Outcome): Outcome[] {
  const live = liveOf(context);
  return judgedHosts(context.province, live).flatMap((host) => {
    const said = reading(live, host.name, "addresses", (one) => (one.interfaces.length === 0 ? undefined : one.interfaces));
    return host.interfaces.map(({ name }): Outcome => {
      const subject = interfaceSubject(context.province, host, name);
      return "why" in said ? unknown(subject, host, said.why) : judge({ interface: name, subject }, host, said.value.find((one) => one.name === name));
    });
  });
}

/** Address → hosts that have it, but for gateways, which move between hosts. */
function ownersOf(hosts: ReadonlyMap<string, LiveHost>, gateways: ReadonlySet<string>): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const [name, host] of hosts) {
    for (const one of host.interfaces) {
      for (const address of one.addresses.map(addressOf)) {
        if (!gateways.has(address) && !owners.get(address)?.includes(name)) owners.set(address, [...(owners.get(address) ?? []), name]);
      }
    }
  }
  return owners;
}

function gatewaysOf(province: Province): Set<string> {
  return new Set([...province.segments.values()].flatMap(({ gateway }) => [gateway.ipv4, gateway.ipv6]));
}

function intendedAddresses(province: Province, host: Host): Set<string> {
  const played = host.role === "state-edge" ? [stateHost(province)] : [];
  const loopbacks = [...(host.loopback === undefined ? [] : [host.loopback]), ...played].flatMap(({ ipv4, ipv6 }) => [`${ipv4}/32`, `${ipv6}/128`]);
  return new Set([...host.interfaces.flatMap((one) => [one.ipv4, one.ipv6]), ...(ROUTER_ROLES.includes(host.role) ? loopbacks : [])]);
}

