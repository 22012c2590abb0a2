/**
 * What the province is, as the loader hands it to every later stage: typed, checked, immutable.
 *
 * Values that the prefix plan implies (loopbacks, link and LAN prefixes, interface addresses) are already worked out here,
 * so a design never does address arithmetic. Where a value stands in the YAML is asked of `sourceOf` (source.ts).
 *
 * Addresses: `Ipv4Cidr` and `Ipv6Cidr` are texts such as `10.41.1.0/24`; on an interface they carry the host's own address
 * with the prefix length of the subnet (`10.41.1.1/24`). IPv6 texts are in RFC 5952 form.
 */

import type { Certificate } from "./model/certificates.ts";
import type { Conference } from "./model/conference.ts";
import type { Demand } from "./model/demand.ts";
import type { Mail, People } from "./model/mail.ts";
import type { Monitoring } from "./model/monitoring.ts";
import type { Security } from "./model/security.ts";
import type { Waiver } from "./model/waivers.ts";

export type { Certificate } from "./model/certificates.ts";
export type * from "./model/conference.ts";
export type * from "./model/demand.ts";
export type * from "./model/mail.ts";
export type * from "./model/monitoring.ts";
export type * from "./model/security.ts";
export type { Waiver } from "./model/waivers.ts";

export type Ipv4Cidr = string;
export type Ipv6Cidr = string;

/** A subnet in both families. */
export interface Prefixes {
  readonly ipv4: Ipv4Cidr;
  readonly ipv6: Ipv6Cidr;
}

/** The kinds of subnets in the prefix plan. */
export type PoolName = "loopbacks" | "links" | "lans" | "access" | "datacenter";

/** A level of the administration. Tiers are data: 1 is the province, 2 the districts of 2014, 3 the communes. */
export interface Tier {
  readonly tier: number;
  readonly name: string;
}

/** An administrative unit of tier 2, with the General Statistics Office's code. Coordinates: WGS 84, degrees. */
export interface Unit {
  readonly code: string;
  readonly slug: string;
  readonly type: string;
  readonly name: string;
  readonly tier: number;
  readonly communes: number;
  /** Numbers of communes that have left; never given again. */
  readonly retired?: readonly number[];
  readonly lat: number;
  readonly lon: number;
}

export type BodyGroup = "departments" | "central-agencies" | "party-and-mass-organisations";

/** A provincial body. `decision` is true where decision 3188/QĐ-UBND itself names it. */
export interface Body {
  readonly slug: string;
  readonly name: string;
  readonly group: BodyGroup;
  readonly decision: boolean;
}

/** A place with hosts. An `office` has one LAN; the `datacenter` has segments instead; `external` belongs to somebody else (the state network). */
export interface Site {
  readonly slug: string;
  /** Fixes the site's LAN prefix in the plan; never reused. */
  readonly number: number;
  readonly kind: "datacenter" | "office" | "external";
  readonly name: string;
  readonly tier: number;
  readonly unit?: string;
  readonly body?: string;
  readonly lat: number;
  readonly lon: number;
  /** OSPF area of the site's uplinks. */
  readonly area?: string;
  readonly powerFeed?: string;
  readonly funds?: string;
  /**
   * The office's LAN: the router has the first address, the workstation that stands for all the second. At an external site, a
   * network of somebody else's servers behind the edge.
   */
  readonly lan?: Prefixes;
  /** Where communes of the unit come in: the router has the first address, commune n the address 1 + n. */
  readonly access?: Prefixes;
}

/** A commune that reaches the province through the site of its unit. `number` counts from 1 within the unit. */
export interface Commune {
  readonly slug: string;
  readonly name: string;
  readonly unit: string;
  readonly site: string;
  readonly number: number;
  readonly pilot: boolean;
  readonly ipv4: Ipv4Cidr;
  readonly ipv6: Ipv6Cidr;
}

/** A LAN inside the data center. The firewalls share the first address (VRRP) and own the next ones. */
export interface Segment {
  readonly name: string;
  readonly number: number;
  readonly purpose: string;
  /** What the firewalls call their leg in it; at most 15 characters. */
  readonly interface: string;
  readonly prefixes: Prefixes;
  /** The address that VRRP holds, without prefix length. */
  readonly gateway: { readonly ipv4: string; readonly ipv6: string };
}

export type HostRole =
  | "core" | "aggregation" | "firewall" | "site-router" | "state-edge"
  | "administration" | "dns" | "ntp" | "mail-exchanger" | "mailbox" | "conference" | "monitoring"
  | "foreign-mail";

/** Roles that run FRR. */
export type RouterRole = "core" | "aggregation" | "firewall" | "site-router" | "state-edge";
export const ROUTER_ROLES: readonly HostRole[] = ["core", "aggregation", "firewall", "site-router", "state-edge"] satisfies RouterRole[];

export interface Interface {
  readonly name: string;
  readonly kind: "link" | "lan" | "access" | "segment";
  /** A server's default gateway, without prefix length. */
  readonly gateway?: { readonly ipv4: string; readonly ipv6: string };
  readonly ipv4: Ipv4Cidr;
  readonly ipv6: Ipv6Cidr;
  /** For kind `link`. */
  readonly link?: string;
  readonly peer?: { readonly host: string; readonly interface: string };
  /** For kind `segment`. */
  readonly segment?: string;
}

export interface Host {
  readonly name: string;
  /** Fixes loopback and management address in the plan; never reused. */
  readonly number: number;
  readonly site: string;
  readonly role: HostRole;
  readonly chassis?: string;
  readonly funds?: string;
  /** Order of preference among hosts of the same role (VRRP, primary and secondary server): 1 is first. */
  readonly rank: number;
  /** Routers only; without prefix length. */
  readonly loopback?: { readonly ipv4: string; readonly ipv6: string };
  /** Links in order of their numbers, then lan, access, segments. */
  readonly interfaces: readonly Interface[];
}

export interface LinkEnd {
  readonly host: string;
  readonly interface: string;
  readonly ipv4: Ipv4Cidr;
  readonly ipv6: Ipv6Cidr;
}

export type LinkRole = "core" | "primary" | "backup" | "handoff";

/** A point-to-point link, with what it shares with others (carrier, ducts, POPs): a common cause of failure. */
export interface Link {
  readonly name: string;
  /** Fixes the link's prefixes in the plan; never reused. */
  readonly number: number;
  readonly role: LinkRole;
  readonly ends: readonly [LinkEnd, LinkEnd];
  readonly capacityMbps: number;
  readonly carrier?: string;
  readonly ducts: readonly string[];
  readonly pops: readonly string[];
  /** /31 (RFC 3021) and /127 (RFC 6164). */
  readonly prefixes: Prefixes;
  /** OSPF area; absent on a hand-off. */
  readonly area?: string;
  /** OSPF cost; worked out from the reference bandwidth and the role unless the inventory fixes it. */
  readonly cost: number;
  /** The day on which it was taken into service, YYYY-MM-DD. */
  readonly since?: string;
  /** What the carrier's contract promises, percent of a year. */
  readonly availabilityPercent?: number;
  readonly funds?: string;
}

/** Something that several links or sites share and that fails as one. */
export interface SharedRisk {
  readonly slug: string;
  readonly kind: "carrier" | "duct" | "pop" | "power-feed";
  readonly name: string;
}

export interface Area {
  readonly name: string;
  /** Dotted, as OSPF writes it: `0.0.0.0` is the backbone. */
  readonly id: string;
  readonly stub: "none" | "totally";
  /** What the area's border routers announce to the backbone instead of its parts. OSPFv3 has one area for all, and summarises nothing. */
  readonly summaries?: readonly Ipv4Cidr[];
}

export interface Routing {
  readonly areas: readonly Area[];
  readonly ospf: {
    readonly helloSeconds: number;
    readonly deadSeconds: number;
    readonly retransmitSeconds: number;
    readonly referenceBandwidthMbps: number;
    readonly spfDelayMilliseconds: readonly [initial: number, hold: number, maximum: number];
    readonly lsaThrottleMilliseconds: number;
    readonly lsaMinArrivalMilliseconds: number;
    readonly authentication: { readonly keyId: number; readonly secret: string };
  };
  readonly bfd: {
    readonly intervalMilliseconds: number;
    readonly multiplier: number;
    /** Links of these roles are watched by BFD; the others by OSPF's hellos alone. */
    readonly linkRoles: readonly LinkRole[];
  };
  readonly bgp: {
    readonly provinceAsn: number;
    readonly stateAsn: number;
    /** What the province announces to the state network. */
    readonly announce: Prefixes;
    /** What the state network announces to the province, beside the default route. */
    readonly stateNetwork: Prefixes;
    readonly authenticationSecret: string;
  };
  readonly vrrp: { readonly advertiseMilliseconds: number; readonly authenticationSecret?: string };
}

/** A traffic class of RFC 4594 at its share of a link. Exactly one class has no `dscp` and takes the rest. */
export interface QosClass {
  readonly name: string;
  readonly dscp: readonly string[];
  /** Guaranteed share of the capacity, percent. The shares of all classes add up to 100. */
  readonly sharePercent: number;
  /** HTB priority: 0 is served first. */
  readonly priority: number;
}

export interface Services {
  readonly dns: { readonly zone: string; readonly forwarders: readonly string[]; readonly ttlSeconds: number; readonly contact: string };
  readonly ntp: { readonly upstream: readonly string[]; readonly localStratum: number };
}

/** The annex of the decision. Amounts in đồng. */
export interface Funds {
  readonly totalDong: number;
  readonly yearsDong: Readonly<Record<string, number>>;
  readonly groups: readonly FundsGroup[];
}
export interface FundsGroup {
  readonly id: string;
  readonly name: string;
  readonly totalDong: number;
  readonly yearsDong: Readonly<Record<string, number>>;
  readonly lines: readonly FundsLine[];
}
export interface FundsLine {
  /** `I.1` … `IV.1`. */
  readonly id: string;
  readonly name: string;
  readonly totalDong: number;
  readonly yearsDong: Readonly<Record<string, number>>;
}

export interface RoadmapYear {
  readonly year: number;
  readonly items: readonly string[];
}

/** How the hosts of the province are reached. A `twin` is started by us on this machine; `hosts` are there already. */
export interface Environment {
  readonly name: string;
  readonly kind: "twin" | "hosts";
  /** Out-of-band network: the operator has the first address, host number n the address 1 + n. */
  readonly managementPrefix: Ipv4Cidr;
  /** Host name → address, where one differs from the plan. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly ssh: {
    readonly user: string;
    readonly port: number;
    /** Absolute; both are always there for `hosts`. A twin makes its own. */
    readonly identityFile?: string;
    readonly knownHostsFile?: string;
  };
}

export interface Province {
  /** The folder it was read from, absolute. */
  readonly directory: string;
  readonly slug: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly communesTotal: number;
  readonly tiers: readonly Tier[];
  readonly units: ReadonlyMap<string, Unit>;
  readonly bodies: ReadonlyMap<string, Body>;
  readonly sites: ReadonlyMap<string, Site>;
  /** All that the unit files count, pilots first in each unit. */
  readonly communes: ReadonlyMap<string, Commune>;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly links: ReadonlyMap<string, Link>;
  /** Where the plan takes the subnets of each kind from. */
  readonly pools: Readonly<Record<PoolName, Prefixes>>;
  readonly risks: ReadonlyMap<string, SharedRisk>;
  readonly routing: Routing;
  readonly qos: readonly QosClass[];
  readonly services: Services;
  readonly funds: Funds;
  readonly roadmap: readonly RoadmapYear[];
  readonly security: Security;
  readonly certificates: ReadonlyMap<string, Certificate>;
  readonly people: People;
  readonly mail: Mail;
  readonly conference: Conference;
  readonly monitoring: Monitoring;
  readonly environments: ReadonlyMap<string, Environment>;
  /** Absent where nobody has counted what the services ask of the links. */
  readonly demand?: Demand;
  /** Findings of the audits that are known and borne for a while. */
  readonly waivers: readonly Waiver[];
}
