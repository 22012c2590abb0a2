/**
 * What pages and drawings of a topology audit show, as plain data: routers and segments with their places, links, verdicts, and what
 * each failure would take away. Made once from the province and its report; nothing that draws reads more.
 */
import type { Host, Link, Province, Site } from "../../../inventory/model.ts";
import { ROUTER_ROLES } from "../../../inventory/model.ts";
import { networkOf } from "../network.ts";
import { impactsOf } from "../resilience.ts";
import type { CheckInfo, Judgement, TopologyReport, Verdict } from "../types.ts";
import { VERDICTS } from "../types.ts";
import { Verdicts } from "./look.ts";
import { layersLayout, mapLayout, type Point, type Size } from "./layout.ts";

/** The way in which nodes are laid out: by their coordinates, or in rows from the state network down to the offices. */
export type View = "map" | "layers";
export const VIEWS: readonly View[] = ["map", "layers"];

/** What a node is, from the outside inwards: also its row in the view by layers. */
export type Layer = "state-edge" | "segment" | "firewall" | "core" | "aggregation" | "site-router";
export const LAYERS: readonly Layer[] = ["state-edge", "segment", "firewall", "core", "aggregation", "site-router"];

/** A router, or a segment of the data center with all servers in it. */
export interface MapNode {
  readonly id: string;
  readonly label: string;
  readonly layer: Layer;
  /** The site's slug and name. */
  readonly site: string;
  readonly siteName: string;
  /** OSPF area of an office's uplinks. */
  readonly area?: string;
  /** Hosts whose verdicts it shows: itself, or a segment's servers. */
  readonly hosts: readonly string[];
  /** Communes that come in here. */
  readonly communes: number;
  readonly at: Readonly<Record<View, Point>>;
  /** The worst of the verdicts that concern it; absent when none does. */
  readonly verdict?: Verdict;
}

export interface MapLink {
  readonly id: string;
  readonly ends: readonly [string, string];
  /** `segment`: a firewall's leg, which is no link of the inventory. */
  readonly role: Link["role"] | "segment";
  readonly capacityMbps?: number;
  readonly carrier?: string;
  readonly ducts?: readonly string[];
  readonly verdict?: Verdict;
}

export type FailureKind = "link" | "node" | "chassis" | "carrier" | "duct" | "pop" | "power-feed";
export const FAILURE_KINDS: readonly FailureKind[] = ["link", "node", "chassis", "carrier", "duct", "pop", "power-feed"];

/** Something that fails, and what it takes away. */
export interface MapFailure {
  readonly kind: FailureKind;
  /** The inventory's name of it. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly links: readonly string[];
  readonly nodes: readonly string[];
  /** Sites that no longer reach the data center. */
  readonly lost: readonly string[];
  /** Sites that had two ways and have one left. */
  readonly thinned: readonly string[];
}

/** A verdict with the check that gave it. */
export type Finding = Omit<Judgement, "kind"> & { readonly check: number };

export interface TopologyMap {
  readonly province: TopologyReport["province"];
  readonly at: string;
  readonly sizes: Readonly<Record<View, Size>>;
  readonly nodes: readonly MapNode[];
  readonly links: readonly MapLink[];
  /** The areas' blocks in the view by layers. */
  readonly blocks: readonly { readonly name: string; readonly at: Point; readonly size: Size }[];
  /** The worst first. */
  readonly failures: readonly MapFailure[];
  readonly checks: readonly CheckInfo[];
  readonly skipped: readonly CheckInfo[];
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Verdict, number>>;
}

/** Puts together what is to be seen of a province and the report on it. */
export function topologyMap(province: Province, report: TopologyReport): TopologyMap {
  const failures = failuresOf(province);
  const findings = report.checks.flatMap(({ subjects }, check) => subjects.map(({ kind: _, ...judgement }): Finding => ({ ...judgement, check })));
  const verdicts = new Verdicts(findings);
  const bare = nodesOf(province);
  const map = mapLayout(bare);
  const layers = layersLayout(bare, province.routing.areas.map(({ name }) => name));
  const nodes = bare.map(({ lat: _lat, lon: _lon, ...node }, i): MapNode => {
    const verdict = verdicts.ofNode(node);
    return { ...node, at: { map: map.points[i]!, layers: layers.points[i]! }, ...(verdict && { verdict }) };
  });
  const links = linksOf(province).map((link): MapLink => {
    const verdict = verdicts.ofLink(link);
    return { ...link, ...(verdict && { verdict }) };
  });
  return {
    province: report.province,
    at: report.at,
    sizes: { map: map.size, layers: layers.size },
    nodes,
    links,
    blocks: layers.blocks,
    failures: failures.toSorted((a, b) => b.lost.length - a.lost.length || b.thinned.length - a.thinned.length || FAILURE_KINDS.indexOf(a.kind) - FAILURE_KINDS.indexOf(b.kind) || (a.id < b.id ? -1 : 1)),
    checks: report.checks.map(({ counts: _counts, subjects: _subjects, ...info }) => info),
    skipped: report.skipped,
    findings,
    counts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, report.summary[verdict]])) as TopologyMap["counts"],
  };
}

/** Every single failure with what it takes away, in the words of people. */
function failuresOf(province: Province): MapFailure[] {
  return impactsOf(province, networkOf(province)).map(({ kind, name, hosts, links, lost, thinned }) => {
    const [shared, id] = kind === "risk" ? [name.slice(0, name.indexOf(" ")) as FailureKind, name.slice(name.indexOf(" ") + 1)] : [kind === "host" ? "node" as const : kind, name];
    return { kind: shared, id, name: province.risks.get(id)?.name ?? id, links, nodes: hosts, lost, thinned };
  });
}

/** A node before it has its place and its verdict. */
export type BareNode = Omit<MapNode, "at" | "verdict"> & { readonly lat: number; readonly lon: number };

function nodesOf(province: Province): BareNode[] {
  const communes = Map.groupBy(province.communes.values(), ({ site }) => site);
  const routers = [...province.hosts.values()].filter(({ role }) => ROUTER_ROLES.includes(role)).map((host): BareNode => {
    const site = province.sites.get(host.site)!;
    const layer = host.role as Layer;
    return {
      id: host.name, label: layer === "site-router" ? officeLabel(province, site) : host.name, layer, site: site.slug, siteName: site.name,
      ...(layer === "site-router" && site.area !== undefined && { area: site.area }),
      hosts: [host.name, ...serversOf(province, (server) => server.site === host.site && site.kind === "external")],
      communes: layer === "site-router" ? (communes.get(site.slug)?.length ?? 0) : 0, lat: site.lat, lon: site.lon,
    };
  });
  const center = [...province.sites.values()].find(({ kind }) => kind === "datacenter");
  const segments = center === undefined ? [] : [...province.segments.values()].map((segment): BareNode => {
    const inside = new Set(serversOf(province, (server) => server.interfaces.some((port) => port.segment === segment.name)));
    return { id: `segment ${segment.name}`, label: segment.name, layer: "segment", site: center.slug, siteName: `${center.name}: ${segment.purpose}`, hosts: [...inside], communes: 0, lat: center.lat, lon: center.lon };
  });
  return [...routers, ...segments];
}

function serversOf(province: Province, fits: (host: Host) => boolean): string[] {
  return [...province.hosts.values()].filter((host) => !ROUTER_ROLES.includes(host.role) && fits(host)).map(({ name }) => name);
}

/** What a map writes beside an office: its unit's or body's name, the office's own where it is one of several. */
function officeLabel(province: Province, site: Site): string {
  const alone = [...province.sites.values()].filter((other) => other.unit === site.unit && other.body === site.body).length === 1;
  if (!alone) return site.name;
  return (site.unit !== undefined ? province.units.get(site.unit)?.name : site.body !== undefined ? province.bodies.get(site.body)?.name : undefined) ?? site.name;
}

function linksOf(province: Province): Omit<MapLink, "verdict">[] {
  const links = [...province.links.values()].map(({ name, ends, role, capacityMbps, carrier, ducts }) => ({
    id: name, ends: [ends[0].host, ends[1].host] as const, role, capacityMbps, ...(carrier !== undefined && { carrier }), ...(ducts.length > 0 && { ducts }),
  }));
  const firewalls = [...province.hosts.values()].filter(({ role }) => role === "firewall");
  const legs = firewalls.flatMap(({ name, interfaces }) => interfaces.filter(({ kind }) => kind === "segment").map(({ segment }) => ({
    id: `${name} ${segment!}`, ends: [name, `segment ${segment!}`] as const, role: "segment" as const,
  })));
  return [...links, ...legs];
}
