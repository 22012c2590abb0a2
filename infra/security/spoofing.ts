/** Whose addresses may come in at which edge of the network: lists per site, which hold whatever way routing takes. */
import type { Host, Province } from "../../inventory/model.ts";
import { addressOf, subnetOf } from "../../inventory/reach.ts";
import type { Wire } from "./neighbours.ts";
import type { Family } from "./places.ts";

/** An interface at an edge, and the source addresses that it may bring. */
export interface Edge extends Wire {
  /** At the hand-off only the province's own prefix is foreign: `within` is what `sources` are exceptions of. */
  readonly within?: Readonly<Record<Family, string>>;
}

/** Every node speaks from these to its neighbours: a link-local address, or none while it looks for its own (RFC 4862). */
const LINK_SCOPE = ["fe80::/10", "::"] as const;

/**
 * The edges of a router. A site with two uplinks is let in on both with all its prefixes, so that nothing changes when one fails:
 * feasible paths by list (RFC 8704), not by the route that happens to be best, which strict reverse-path filters go by. A site is
 * nobody's way to anywhere: what does not come from itself is not let in from it.
 */
export function edgesOf(province: Province, host: Host): Edge[] {
  return host.interfaces.flatMap((one): Edge[] => {
    if (one.kind !== "link") return [{ interface: one.name, sources: { ipv4: [subnetOf(one.ipv4)], ipv6: [subnetOf(one.ipv6), ...LINK_SCOPE] } }];
    const peer = one.peer === undefined ? undefined : province.hosts.get(one.peer.host);
    if (peer?.role === "site-router" && host.role !== "site-router") return [{ interface: one.name, sources: sourcesOf(peer) }];
    // From outside nobody comes with an address of ours, but for the edge itself.
    if (peer?.role === "state-edge") return [{ interface: one.name, sources: sourcesOf(peer), within: province.routing.bgp.announce }];
    return [];
  });
}

/** What lies behind a router, and its own addresses: it answers from any of them over any of its links. */
function sourcesOf(router: Host): Edge["sources"] {
  const of = (family: Family): string[] => [
    ...router.interfaces.map((port) => (port.kind === "link" ? addressOf(port[family]) : subnetOf(port[family]))),
    ...(router.loopback === undefined ? [] : [router.loopback[family]]),
  ];
  return { ipv4: of("ipv4"), ipv6: [...of("ipv6"), ...LINK_SCOPE] };
}
