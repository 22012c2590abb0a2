import type { BodyGroup } from "../model.ts";

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
  /** LANs of the offices of units of these tiers. */
  readonly tiers?: readonly number[];
  /** The access LANs, where communes come in. */
  readonly access?: boolean;
  /** The routers' own addresses: loopbacks and links. */
  readonly network?: boolean;
  /** All that lies in no other zone. */
  readonly outside?: boolean;
}

/** A service by its ports: `tcp/25`, `udp/10000-10499`, `icmp` (echo, both families) or `any`. */
export interface FirewallService {
  readonly name: string;
  readonly ports: readonly string[];
}

/** A line of the policy matrix. What no line accepts is dropped, in both directions. */
export interface PolicyRule {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly services: readonly string[];
  readonly action: "accept" | "drop";
  readonly purpose: string;
  /** A deviation from the matrix for a while: `expires` is then required. */
  readonly exception?: boolean;
  /** The last day on which it holds, YYYY-MM-DD. */
  readonly expires?: string;
}

export interface Security {
  readonly zones: readonly Zone[];
  readonly services: readonly FirewallService[];
  readonly policy: readonly PolicyRule[];
  readonly limits: {
    /** Connections that one source address may have open through a firewall. */
    readonly connectionsPerSource: number;
    /** New connections a second that one source may open, and how many at once beyond that. */
    readonly newConnectionsPerSecond: number;
    readonly burst: number;
  };
}
