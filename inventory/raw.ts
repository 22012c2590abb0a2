/**
 * The YAML files as their schemas promise them, before references are followed and addresses worked out. Each type
 * mirrors one schema in `schema/`, where the keys are described.
 */
import type {
  Area,
  BodyGroup,
  Certificate,
  Conference,
  Demand,
  FundsGroup,
  HostRole,
  LinkRole,
  Mail,
  Monitoring,
  People,
  PoolName,
  Prefixes,
  QosClass,
  RoadmapYear,
  Routing,
  Security,
  Services,
  SharedRisk,
  Site,
  Tier,
  Waiver,
} from "./model.ts";

export type { PoolName } from "./model.ts";

export interface RawProvince {
  readonly slug: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly communes: number;
  readonly tiers: readonly Tier[];
}

export interface RawUnit {
  readonly code: string;
  readonly slug: string;
  readonly type: string;
  readonly name: string;
  readonly tier: number;
  readonly communes: number;
  readonly retired?: readonly number[];
  readonly lat: number;
  readonly lon: number;
}

export interface RawBody {
  readonly slug: string;
  readonly name: string;
  readonly group: BodyGroup;
  readonly decision?: boolean;
}

export interface RawSite {
  readonly slug: string;
  readonly number: number;
  readonly kind: Site["kind"];
  readonly name: string;
  readonly tier?: number;
  readonly unit?: string;
  readonly body?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly area?: string;
  readonly access?: boolean;
  readonly lan?: Prefixes;
  readonly powerFeed?: string;
  readonly funds?: string;
}

export interface RawHost {
  readonly name: string;
  readonly number: number;
  readonly site: string;
  readonly role: HostRole;
  readonly rank?: number;
  readonly segment?: string;
  readonly address?: number;
  readonly chassis?: string;
  readonly funds?: string;
}

export interface RawLink {
  readonly name: string;
  readonly number: number;
  readonly role: LinkRole;
  readonly ends: readonly [string, string];
  readonly interfaces?: Readonly<Record<string, string>>;
  readonly capacityMbps: number;
  readonly carrier?: string;
  readonly ducts?: readonly string[];
  readonly pops?: readonly string[];
  readonly area?: string;
  readonly cost?: number;
  readonly since?: string;
  readonly availabilityPercent?: number;
  readonly funds?: string;
}

export interface RawRisk {
  readonly slug: string;
  readonly name: string;
}

/** The keys of risks.yaml and the kind of each one's entries. */
export const RISK_LISTS = { carriers: "carrier", ducts: "duct", pops: "pop", powerFeeds: "power-feed" } as const satisfies Record<
  string,
  SharedRisk["kind"]
>;

export interface RawPool extends Prefixes {
  readonly ipv4Length?: number;
}

export interface RawAddressing {
  readonly supernet: Prefixes;
  readonly pools: Readonly<Record<PoolName, RawPool>>;
  readonly overrides?: Readonly<Partial<Record<PoolName, Readonly<Record<string, Partial<Prefixes>>>>>>;
}

export interface RawRouting {
  readonly areas: readonly Area[];
  readonly ospf: Routing["ospf"] & { readonly backupPenalty: number };
  readonly bfd: Routing["bfd"];
  readonly bgp: Omit<Routing["bgp"], "announce">;
  readonly vrrp: Routing["vrrp"];
}

export interface RawSegment {
  readonly name: string;
  readonly number: number;
  readonly interface: string;
  readonly purpose: string;
}

export interface RawPilot {
  readonly slug: string;
  readonly name: string;
  readonly unit: string;
  readonly number: number;
  readonly pilot?: boolean;
}

export interface RawFunds {
  readonly totalDong: number;
  readonly yearsDong: Readonly<Record<string, number>>;
  readonly groups: readonly FundsGroup[];
}

export interface RawEnvironment {
  readonly name: string;
  readonly kind: "twin" | "hosts";
  readonly managementPrefix: string;
  readonly addresses?: Readonly<Record<string, string>>;
  readonly ssh: {
    readonly user: string;
    readonly port?: number;
    readonly identityFile?: string;
    readonly knownHostsFile?: string;
  };
}

/**
 * What was read: the entries that fit their schema, which lists have no other entries, and per kind the names of all
 * entries, so that an entry with a fault of its own does not make every reference to it look dangling. Undefined: the file
 * could not be read that far.
 */
export interface Raw {
  readonly directory: string;
  readonly province: RawProvince | undefined;
  readonly units: readonly RawUnit[];
  readonly bodies: readonly RawBody[];
  readonly sites: readonly RawSite[];
  readonly hosts: readonly RawHost[];
  readonly links: readonly RawLink[];
  readonly risks: Readonly<Record<keyof typeof RISK_LISTS, readonly RawRisk[]>>;
  readonly addressing: RawAddressing | undefined;
  readonly routing: RawRouting | undefined;
  readonly qos: readonly QosClass[];
  readonly services: Services | undefined;
  readonly segments: readonly RawSegment[];
  readonly pilots: readonly RawPilot[];
  readonly funds: RawFunds | undefined;
  readonly roadmap: readonly RoadmapYear[];
  readonly security: Security | undefined;
  readonly certificates: readonly Certificate[];
  readonly people: People | undefined;
  readonly mail: Mail | undefined;
  readonly conference: Conference | undefined;
  readonly monitoring: Monitoring | undefined;
  readonly environments: readonly RawEnvironment[];
  readonly demand: Demand | undefined;
  readonly waivers: readonly Waiver[];
  readonly whole: ReadonlySet<"units" | "sites" | "hosts" | "links" | "qos" | "certificates">;
  readonly names: Readonly<Record<ListName, ReadonlySet<string> | undefined>>;
}

/** The lists of entries with names of their own. */
export type ListName = "units" | "bodies" | "sites" | "hosts" | "links" | keyof typeof RISK_LISTS | "segments" | "environments";
