/** Links: two different routers, and costs that OSPF can take and that make backups lose. */
import { linkCost } from "../links.ts";
import { findBy } from "../lookup.ts";
import { ROUTER_ROLES } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawLink, RawRouting } from "../raw.ts";
import { sourceOf } from "../source.ts";
import { isDate } from "./dates.ts";

/** RFC 2328, appendix C.3. */
const HIGHEST_COST = 65535;

export function checkLinks(raw: Raw, report: Report): void {
  for (const link of raw.links) {
    if (link.ends[0] === link.ends[1]) {
      report.add(sourceOf(link.ends, "1"), `both ends of link "${link.name}" are at "${link.ends[0]}"`, "name the other host");
    }
    link.ends.forEach((end, i) => {
      const host = findBy(raw.hosts, "name", end);
      if (host === undefined || ROUTER_ROLES.includes(host.role)) return;
      report.add(
        sourceOf(link.ends, String(i)),
        `link "${link.name}" ends at "${end}", which is no router`,
        "servers stand in a segment; name a router",
      );
    });
    checkHandOff(raw, link, report);
    if (link.since !== undefined && !isDate(link.since)) report.add(sourceOf(link, "since"), `there is no day ${link.since}`, "write a day of the calendar as YYYY-MM-DD");
  }
  if (raw.routing === undefined) return;
  for (const link of raw.links) checkCost(link, raw.routing, report);
  checkBackups(raw, raw.routing, report);
}

/** BGP runs on hand-offs and OSPF on all other links: the state network's edge must be on the right side. */
function checkHandOff(raw: Raw, link: RawLink, report: Report): void {
  const roles = link.ends.map((end) => findBy(raw.hosts, "name", end)?.role);
  if (roles.includes(undefined)) return;
  const reachesEdge = roles.includes("state-edge");
  if (link.role === "handoff" && !reachesEdge) {
    report.add(
      sourceOf(link, "role"),
      `link "${link.name}" is a handoff, but no end is a state-edge`,
      "let it end at a host of role state-edge, or give it another role",
    );
  } else if (link.role !== "handoff" && reachesEdge) {
    report.add(sourceOf(link, "role"), `link "${link.name}" ends at a state-edge, but is no handoff`, "give it the role handoff");
  }
  if (link.role === "handoff" && link.area !== undefined) {
    report.add(sourceOf(link, "area"), `the handoff "${link.name}" has an OSPF area`, "remove it: BGP runs there");
  }
}

function checkCost(link: RawLink, routing: RawRouting, report: Report): void {
  const cost = linkCost(link, routing);
  if (cost <= HIGHEST_COST) return;
  const key = link.cost === undefined ? "capacityMbps" : "cost";
  report.add(
    sourceOf(link, key),
    `link "${link.name}" would cost ${cost}, and OSPF takes at most ${HIGHEST_COST}`,
    "give it a cost, or lower referenceBandwidthMbps or backupPenalty in routing.yaml",
  );
}

/** A site's backup links must cost more than its primary ones, or traffic would take them with nothing broken. */
function checkBackups(raw: Raw, routing: RawRouting, report: Report): void {
  const linksAt = new Map<string, RawLink[]>();
  for (const link of raw.links) for (const end of new Set(link.ends)) {
    const at = linksAt.get(end);
    if (at === undefined) linksAt.set(end, [link]);
    else at.push(link);
  }
  for (const host of raw.hosts.filter(({ role }) => role === "site-router")) {
    const own = linksAt.get(host.name) ?? [];
    const primary = Math.max(...own.filter(({ role }) => role === "primary").map((link) => linkCost(link, routing)));
    for (const backup of own.filter(({ role }) => role === "backup")) {
      const cost = linkCost(backup, routing);
      if (cost > primary) continue;
      report.add(
        sourceOf(backup, backup.cost === undefined ? "capacityMbps" : "cost"),
        `the backup "${backup.name}" costs ${cost} and the primary ${primary}, so that it would carry traffic with nothing broken`,
        "give it a higher cost, or raise backupPenalty in routing.yaml",
      );
    }
  }
}
