/** Hosts: that each stands where its role can work, and has an interface. */
import { findBy } from "../lookup.ts";
import { ROUTER_ROLES } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawHost } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkHosts(raw: Raw, report: Report): void {
  const linked = new Set(raw.links.flatMap((link) => link.ends));
  for (const host of raw.hosts) {
    const site = findBy(raw.sites, "slug", host.site);
    const isRouter = ROUTER_ROLES.includes(host.role);
    if (host.role === "site-router" && site !== undefined && site.kind !== "office") {
      report.add(
        sourceOf(host, "role"),
        `"${host.name}" is a site-router, but its site "${site.slug}" is no office`,
        "choose another role, or the office that it serves",
      );
    }
    if (isRouter && !linked.has(host.name) && raw.whole.has("links")) {
      report.add(sourceOf(host), `router "${host.name}" has no link`, "add a link that ends at it to links.yaml");
    }
    if (isRouter) checkNoSegment(host, report);
    else checkServer(raw, host, report);
  }
  checkGateways(raw, report);
}

function checkNoSegment(host: RawHost, report: Report): void {
  for (const key of ["segment", "address"] as const) {
    if (host[key] === undefined) continue;
    report.add(
      sourceOf(host, key),
      `router "${host.name}" has a key "${key}"`,
      `remove it: firewalls have a leg in every segment, other routers in none`,
    );
  }
}

function checkServer(raw: Raw, host: RawHost, report: Report): void {
  const site = findBy(raw.sites, "slug", host.site);
  if (site?.kind === "external") {
    if (host.segment !== undefined)
      report.add(sourceOf(host, "segment"), `server "${host.name}" of an external site has a segment`, "remove it: it stands in the site's lan");
    if (site.lan === undefined && raw.whole.has("sites"))
      report.add(sourceOf(host), `server "${host.name}" has no interface`, `add a lan to the external site "${site.slug}" in sites.yaml`);
  } else if (host.segment === undefined && site !== undefined)
    report.add(sourceOf(host), `server "${host.name}" has no interface`, "add the segment of datacenter.yaml that it stands in");
  if ((host.segment !== undefined || site?.kind === "external") && host.address === undefined)
    report.add(sourceOf(host), `server "${host.name}" has no address`, "add its place in the segment or LAN, such as address: 11");
}

/** A segment without a firewall would have no gateway. */
function checkGateways(raw: Raw, report: Report): void {
  if (!raw.whole.has("hosts") || raw.hosts.some(({ role }) => role === "firewall")) return;
  for (const segment of raw.segments) {
    report.add(sourceOf(segment), `segment "${segment.name}" has no gateway`, "add a host of role firewall to hosts.yaml");
  }
}
