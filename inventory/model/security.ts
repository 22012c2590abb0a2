import type { BodyGroup, HostRole } from "../model.ts";

/**
 * Part of the network whose members are treated alike. Its members are the union of what its keys name; each address of the
 * world lies in exactly one zone, and the zone with `outside` holds all that no other does.
 */
export interface Zone {
  readonly name: string;
  readonly description: string;
  /** Segments of the data center. */
  readonly segments?: readonly string[];
  /** LANs of the offices of bodies of these groups. */
  readonly groups?: readonly BodyGroup[];
  /** LANs of the offices of these tiers, bodies' offices aside: those have groups. */
  readonly tiers?: readonly number[];
  /** The access LANs, where communes come in. */
  readonly access?: boolean;
  /** The routers' own addresses: loopbacks and links. */
  readonly network?: boolean;
  /** All that lies in no other zone. */
  readonly outside?: boolean;
}

/** A service by its ports, and where not all hosts of a zone speak it, by the roles of those that do. */
export interface FirewallService {
  readonly name: string;
  /** `tcp/25`, `udp/10000-10499`, `icmp` (echo, both families); for neighbours also `ip/89`, a protocol's number. */
  readonly ports: readonly string[];
  /** Roles of the hosts that open it; absent: everybody in the zones that a line comes from. */
  readonly clients?: readonly HostRole[];
  /** Roles of the hosts that answer; absent: everybody in the zones that a line leads to. */
  readonly servers?: readonly HostRole[];
  /** Spoken by routers on the links and in the segments that join them, and passed on by nobody. */
  readonly neighbours?: boolean;
}

/**
 * A line of the policy matrix. What no line accepts is dropped, in both directions. Exceptions are asked before all other lines;
 * among themselves the first that fits decides.
 */
export interface PolicyRule {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly services: readonly string[];
  readonly action: "accept" | "drop";
  readonly purpose: string;
  /** A deviation from the matrix for a while: `expires` is then required. */
  readonly exception?: boolean;
  /** The last day on which it holds, YYYY-MM-DD, in the province's time zone; the packet filters themselves watch the date. */
  readonly expires?: string;
}

/** Limits against floods, for each source: an IPv4 address or an IPv6 /64. */
export interface SecurityLimits {
  /** Connections that a source may have open through one filter. */
  readonly connectionsPerSource: number;
  /** New connections a second that a source may open, and how many at once beyond that. */
  readonly newConnectionsPerSecond: number;
  readonly burst: number;
  /** Zones whose hosts are not limited: monitoring pings hundreds of addresses at once, and servers resolve names for all. */
  readonly exempt: readonly string[];
}

export interface Security {
  readonly zones: readonly Zone[];
  readonly services: readonly FirewallService[];
  readonly policy: readonly PolicyRule[];
  readonly limits: SecurityLimits;
}
