/** OSPF areas: a backbone in one piece, and every part of every other area with a border router (RFC 2328, section 3.1). */
import { BACKBONE_ID, linkArea } from "../links.ts";
import type { Area } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkAreas(raw: Raw, report: Report): void {
  const { routing } = raw;
  // A link or host with a fault of its own would leave a hole here that nobody made.
  if (routing === undefined || !(["links", "hosts", "sites"] as const).every((list) => raw.whole.has(list))) return;
  const backbone = routing.areas.find(({ id }) => id === BACKBONE_ID);
  if (backbone === undefined) {
    report.add(sourceOf(routing, "areas"), "no area is the backbone", `give one area the id ${BACKBONE_ID}`);
    return;
  }
  const linksOf = Map.groupBy(raw.links, (link) => linkArea(link, raw.hosts, raw.sites, routing));
  const parts = (area: Area): Set<string>[] => connected((linksOf.get(area.name) ?? []).map(({ ends }) => ends));
  const [, ...strays] = parts(backbone).toSorted((a, b) => b.size - a.size);
  for (const stray of strays) {
    report.add(
      sourceOf(backbone),
      `the backbone is in pieces: there is no way to the rest from ${list(stray)}`,
      "join them by a link without an area",
    );
  }
  const border = new Set(linksOf.get(backbone.name)?.flatMap(({ ends }) => ends));
  for (const area of routing.areas) {
    if (area === backbone) {
      if (area.stub !== "none") report.add(sourceOf(area, "stub"), "the backbone cannot be a stub", "set stub: none");
      continue;
    }
    const pieces = parts(area);
    if (pieces.length === 0)
      report.add(sourceOf(area), `area "${area.name}" has no link`, "remove it, or name it at sites or links");
    for (const piece of pieces) {
      if ([...piece].some((host) => border.has(host))) continue;
      report.add(
        sourceOf(area),
        `area "${area.name}" has no route to the backbone: no border router among ${list(piece)}`,
        "link one of them to a core or aggregation router that is in the backbone",
      );
    }
  }
}

/** The sets of hosts that are joined by the given links. */
function connected(links: readonly (readonly [string, string])[]): Set<string>[] {
  const neighbours = new Map<string, string[]>(links.flat().map((host) => [host, []]));
  for (const [a, b] of links) {
    neighbours.get(a)!.push(b);
    neighbours.get(b)!.push(a);
  }
  const seen = new Set<string>();
  return [...neighbours.keys()].flatMap((start) => {
    if (seen.has(start)) return [];
    // A set that grows while it is gone through: a search from its first member.
    const part = new Set([start]);
    for (const host of part) for (const next of neighbours.get(host)!) part.add(next);
    for (const host of part) seen.add(host);
    return [part];
  });
}

function list(hosts: ReadonlySet<string>): string {
  return [...hosts].toSorted().join(", ");
}
