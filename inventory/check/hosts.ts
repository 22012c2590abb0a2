/** Hosts: that each stands where its role can work, and has an interface. */
import { ROUTER_ROLES } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawHost } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkHosts(raw: Raw, report: Report): void {
  const linked = new Set(raw.links.flatMap((link) => link.ends));
  for (const host of raw.hosts) {
    const site = raw.sites.find(({ slug }) => slug === host.site);
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
    else checkServer(host, report);
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

function checkServer(host: RawHost, report: Report): void {
  if (host.segment === undefined)
    report.add(sourceOf(host), `server "${host.name}" has no interface`, "add the segment of datacenter.yaml that it stands in");
  else if (host.address === undefined)
    report.add(sourceOf(host), `server "${host.name}" has no address`, "add its place in the segment, such as address: 11");
}

/** A segment without a firewall would have no gateway. */
function checkGateways(raw: Raw, report: Report): void {
  if (!raw.whole.has("hosts") || raw.hosts.some(({ role }) => role === "firewall")) return;
  for (const segment of raw.segments) {
    report.add(sourceOf(segment), `segment "${segment.name}" has no gateway`, "add a host of role firewall to hosts.yaml");
  }
}
