/** Links, with what their entries leave to rules: area, cost, interface names and addresses. */
import { findBy } from "./lookup.ts";
import type { Link, LinkEnd } from "./model.ts";
import { cidrsAt, prefixesFor } from "./plan.ts";
import type { Raw, RawAddressing, RawHost, RawLink, RawRouting, RawSite } from "./raw.ts";
import { derive } from "./source.ts";

/** The OSPF area that joins all others (RFC 2328, section 3.1). */
export const BACKBONE_ID = "0.0.0.0";

/**
 * A link's area by name: its own; else that of the site where one end is a site router; else the backbone. A hand-off has
 * none, since BGP runs there. Undefined also where a reference is broken.
 */
export function linkArea(
  link: RawLink,
  hosts: readonly RawHost[],
  sites: readonly RawSite[],
  routing: RawRouting,
): string | undefined {
  if (link.role === "handoff") return undefined;
  if (link.area !== undefined) return link.area;
  const router = link.ends.map((end) => findBy(hosts, "name", end)).find((host) => host?.role === "site-router");
  if (router !== undefined) return findBy(sites, "slug", router.site)?.area;
  return routing.areas.find(({ id }) => id === BACKBONE_ID)?.name;
}

/**
 * A link's OSPF cost: its own, else reference bandwidth ÷ capacity rounded up, plus the penalty of a backup. OSPF takes
 * 1 to 65,535 (RFC 2328, appendix C.3).
 */
export function linkCost(link: RawLink, { ospf }: RawRouting): number {
  if (link.cost !== undefined) return link.cost;
  return Math.ceil(ospf.referenceBandwidthMbps / link.capacityMbps) + (link.role === "backup" ? ospf.backupPenalty : 0);
}

/** The name of a link's interface on one of its hosts. */
export function interfaceName(link: RawLink, host: string): string {
  return link.interfaces?.[host] ?? `link${link.number}`;
}

/** A link with both ends: the first has the lower address of its /31 and /127. */
export function buildLink(raw: RawLink, { sites, hosts }: Raw, routing: RawRouting, addressing: RawAddressing): Link {
  const prefixes = prefixesFor(addressing, "links", raw);
  const end = (index: 0 | 1): LinkEnd =>
    derive(
      { host: raw.ends[index], interface: interfaceName(raw, raw.ends[index]), ...cidrsAt(prefixes, index) },
      raw.ends,
      String(index),
    );
  const { interfaces: _, ...rest } = raw;
  const area = linkArea(raw, hosts, sites, routing);
  return derive<Link>(
    {
      ...rest,
      ends: derive([end(0), end(1)] as const, raw, "ends"),
      ducts: raw.ducts ?? [],
      pops: raw.pops ?? [],
      prefixes,
      ...(area !== undefined && { area }),
      cost: linkCost(raw, routing),
    },
    raw,
  );
}
