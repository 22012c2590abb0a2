/** What must be up between the routers when all is well: the yardstick of proofs and audits. */

import type { Link, LinkEnd, Province } from "../../inventory/model.ts";
import { addressOf } from "../../inventory/reach.ts";
import { innerNeighbours } from "./bgp.ts";
import { OSPF6_AREA } from "./ospf6.ts";
import { areaId, hasBfd } from "./router.ts";

export type AdjacencyProtocol = "ospf2" | "ospf3" | "bgp4" | "bgp6" | "bfd4" | "bfd6";

/** One direction of a neighbourship: what `host` must see on `interface`. */
export interface Adjacency {
  readonly protocol: AdjacencyProtocol;
  /** Absent between loopbacks, whatever links lie between them. */
  readonly link?: string;
  readonly host: string;
  /** `lo` between loopbacks. */
  readonly interface: string;
  readonly peer: string;
  readonly peerInterface: string;
  /**
   * How the daemon names the neighbour: the router id for OSPF, the far address for BGP and BFD. Absent where BFD follows
   * OSPFv3 and so knows only a link-local address: there the interface identifies the session.
   */
  readonly neighbour?: string;
  /** OSPF area, dotted. */
  readonly area?: string;
}

/** What an adjacency goes over, to say it by: its link, or the two hubs between whose loopbacks it stands. */
export function wayOf({ link, host, peer }: Adjacency): string {
  return link ?? [host, peer].sort().join(" - ");
}

/** Every adjacency that the province's links imply, both directions, in the order of the links; then those between hubs. */
export function intendedAdjacencies(province: Province): Adjacency[] {
  const overLinks = [...province.links.values()].flatMap((link) => {
    const [a, b] = link.ends;
    return [...oneWay(province, link, a, b), ...oneWay(province, link, b, a)];
  });
  const betweenHubs = [...province.hosts.values()].flatMap((host) => innerNeighbours(province, host).flatMap((peer): Adjacency[] => {
    const ends = { host: host.name, interface: "lo", peer: peer.name, peerInterface: "lo" };
    return peer.loopback === undefined ? [] : [
      { protocol: "bgp4", ...ends, neighbour: peer.loopback.ipv4 },
      { protocol: "bgp6", ...ends, neighbour: peer.loopback.ipv6 },
    ];
  }));
  return [...overLinks, ...betweenHubs];
}

function oneWay(province: Province, link: Link, near: LinkEnd, far: LinkEnd): Adjacency[] {
  const ends = { link: link.name, host: near.host, interface: near.interface, peer: far.host, peerInterface: far.interface };
  const far4 = addressOf(far.ipv4);
  const far6 = addressOf(far.ipv6);
  const watched = hasBfd(province, link);
  if (link.role === "handoff") {
    return [
      { protocol: "bgp4", ...ends, neighbour: far4 },
      { protocol: "bgp6", ...ends, neighbour: far6 },
      ...(watched ? [{ protocol: "bfd4", ...ends, neighbour: far4 } as const, { protocol: "bfd6", ...ends, neighbour: far6 } as const] : []),
    ];
  }
  const routerId = province.hosts.get(far.host)?.loopback?.ipv4;
  const area = areaId(province, link);
  if (routerId === undefined || area === undefined) return [];
  return [
    { protocol: "ospf2", ...ends, neighbour: routerId, area },
    { protocol: "ospf3", ...ends, neighbour: routerId, area: OSPF6_AREA },
    ...(watched ? [{ protocol: "bfd4", ...ends, neighbour: far4 } as const, { protocol: "bfd6", ...ends } as const] : []),
  ];
}
