/** What a link's entry leaves to rules: its area, its cost and the names of its interfaces. */
import type { RawHost, RawLink, RawRouting, RawSite } from "./raw.ts";

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
  const router = link.ends.map((end) => hosts.find(({ name }) => name === end)).find((host) => host?.role === "site-router");
  if (router !== undefined) return sites.find(({ slug }) => slug === router.site)?.area;
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
