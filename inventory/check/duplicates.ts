/** Names, numbers and codes that must stand once. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkDuplicates(raw: Raw, report: Report): void {
  const risks = Object.values(raw.risks).flat();
  const lines = raw.funds?.groups.flatMap((group) => group.lines) ?? [];
  const areas = raw.routing?.areas ?? [];
  const lists: readonly [readonly object[], string, readonly string[]][] = [
    [raw.province?.tiers ?? [], "tier", ["tier"]],
    [raw.units, "unit", ["slug", "code"]],
    [raw.bodies, "body", ["slug"]],
    [raw.sites, "site", ["slug", "number"]],
    [raw.hosts, "host", ["name", "number"]],
    [raw.links, "link", ["name", "number"]],
    [risks, "shared risk", ["slug"]],
    [raw.segments, "segment", ["name", "number"]],
    [areas, "area", ["name", "id"]],
    [raw.qos, "class", ["name", "priority"]],
    [raw.pilots, "commune", ["slug"]],
    [raw.funds?.groups ?? [], "group", ["id"]],
    [lines, "line", ["id"]],
    [raw.roadmap, "year", ["year"]],
    [raw.certificates, "certificate", ["name"]],
    [raw.environments, "environment", ["name"]],
  ];
  for (const [entries, what, keys] of lists) {
    for (const key of keys) once(report, entries, what, `the ${key}`, key, (entry) => (entry as Record<string, unknown>)[key]);
  }
  once(
    report,
    raw.pilots,
    "commune of the unit",
    "the number",
    "number",
    (pilot) => JSON.stringify([pilot.unit, pilot.number]),
    (pilot) => pilot.number,
  );
  const ranked = raw.hosts.filter((host) => host.role !== "site-router");
  once(
    report,
    ranked,
    "host of the same role and site",
    "the rank",
    "rank",
    (host) => JSON.stringify([host.site, host.role, host.rank ?? 1]),
    (host) => host.rank ?? 1,
  );
  const servers = raw.hosts.filter((host) => host.address !== undefined);
  once(
    report,
    servers,
    "host of the segment",
    "the address",
    "address",
    (host) => JSON.stringify([host.segment ?? host.site, host.address]),
    (host) => host.address,
  );
}

/** Reports each entry after the first that has the same identity. `shown` is the value to name in the message. */
function once<T extends object>(
  report: Report,
  entries: readonly T[],
  what: string,
  label: string,
  key: string,
  identity: (entry: T) => unknown,
  shown: (entry: T) => unknown = identity,
): void {
  const first = new Map<unknown, T>();
  for (const entry of entries) {
    const id = identity(entry);
    const earlier = first.get(id);
    if (earlier === undefined) {
      first.set(id, entry);
      continue;
    }
    const { file, line } = sourceOf(earlier, key);
    report.add(
      sourceOf(entry, key),
      `${label} ${JSON.stringify(shown(entry))} belongs to another ${what} already (${file}:${line})`,
      "give it one of its own",
    );
  }
}
