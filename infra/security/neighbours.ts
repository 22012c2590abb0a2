/** What routers say to each other on the links and in the segments that join them: bound to interfaces, not to addresses. */
import type { FirewallService, Host, HostRole, Interface, Province } from "../../inventory/model.ts";
import { portsOf } from "../../inventory/ports.ts";
import { subnetOf } from "../../inventory/reach.ts";
import type { Family } from "./places.ts";

/** OSPFv3 and the BFD that watches it speak from these (RFC 5340, 2.9). */
const LINK_LOCAL = "fe80::/10";

type Direction = "input" | "output";

/** An interface, and the source addresses that may come in there. */
export interface Wire {
  readonly interface: string;
  readonly sources: Readonly<Record<Family, readonly string[]>>;
}

/** Where a host speaks with neighbours, with the addresses that these have there. Who sends from elsewhere is no neighbour, whatever wire it comes in by. */
export function neighbourWires(province: Province, host: Host): Wire[] {
  const services = new Set(neighbourLines(province).map(({ service }) => service.name));
  const spoken = new Set([...services].flatMap((name) => neighbourInterfaces(province, host, name, "input")));
  return host.interfaces.filter((one) => spoken.has(one))
    .map((one) => ({ interface: one.name, sources: { ipv4: [subnetOf(one.ipv4)], ipv6: [subnetOf(one.ipv6), LINK_LOCAL] } }));
}

/**
 * The rules of one direction. They ask for no connection's state: these sessions are there before a filter is loaded, and must
 * not feel it. Who speaks is settled by the roles of the host and of whoever is at the link's other end; what is said is signed
 * (OSPF, BGP) or only counts from a neighbour's hop limit (BFD, VRRP, GTSM).
 */
export function neighbourRules(province: Province, host: Host, direction: Direction): string[] {
  const keyword = direction === "input" ? "iifname" : "oifname";
  const spoken = new Map<FirewallService, Set<string>>();
  for (const { rule, service } of neighbourLines(province)) {
    for (const one of host.interfaces) {
      const zone = zoneOfInterface(province, one);
      if (zone === undefined || !rule.from.includes(zone) || !rule.to.includes(zone) || !isSpoken(province, service, host, one, direction)) continue;
      spoken.set(service, (spoken.get(service) ?? new Set()).add(one.name));
    }
  }
  return [...spoken].flatMap(([service, names]) => {
    const interfaces = `${keyword} { ${[...names].map((name) => `"${name}"`).join(", ")} }`;
    return service.ports.flatMap((text) => {
      const { protocol, first, last } = portsOf(text);
      if (protocol === "icmp") return [`${interfaces} icmp type echo-request accept`, `${interfaces} icmpv6 type echo-request accept`];
      if (protocol === "ip") return [`${interfaces} meta l4proto ${first === last ? first : `${first}-${last}`} accept`];
      const port = first === last ? `${first}` : `${first}-${last}`;
      // A connection's other half goes from the service's port.
      return [`${interfaces} ${protocol} dport ${port} accept`, ...(protocol === "tcp" ? [`${interfaces} tcp sport ${port} accept`] : [])];
    });
  });
}

/** The interfaces on which the policy lets a host speak a service with its neighbours. */
export function neighbourInterfaces(province: Province, host: Host, name: string, direction: Direction = "output"): Interface[] {
  const lines = neighbourLines(province).filter(({ service }) => service.name === name);
  return host.interfaces.filter((one) => {
    const zone = zoneOfInterface(province, one);
    return zone !== undefined && lines.some(({ rule, service }) =>
      rule.from.includes(zone) && rule.to.includes(zone) && isSpoken(province, service, host, one, direction));
  });
}

function neighbourLines(province: Province) {
  const { policy, services } = province.security;
  return policy.filter((rule) => rule.action === "accept").flatMap((rule) =>
    services.filter((service) => service.neighbours === true && rule.services.includes(service.name)).map((service) => ({ rule, service })));
}

function isSpoken(province: Province, service: FirewallService, host: Host, one: Interface, direction: Direction): boolean {
  const peer = one.peer === undefined ? undefined : province.hosts.get(one.peer.host)?.role;
  const [opens, answers] = direction === "output" ? [host.role, peer] : [peer, host.role];
  const among = (roles: readonly HostRole[] | undefined, role: HostRole | undefined): boolean => role === undefined || roles === undefined || roles.includes(role);
  return among(service.clients, opens) && among(service.servers, answers);
}

/** Links are the routers' own; a segment's zone is its leg's. LANs have no routers as neighbours. */
function zoneOfInterface(province: Province, one: Interface): string | undefined {
  const { zones } = province.security;
  if (one.kind === "link") return zones.find((zone) => zone.network === true)?.name;
  return one.segment === undefined ? undefined : zones.find((zone) => zone.segments?.includes(one.segment!))?.name;
}
