/** The communes of every unit have a way in: an access LAN at an office that reaches the data center, with an address for each. */
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { reachingSites } from "../coverage.ts";
import { say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

export const coverageCommunes: Check = {
  id: "coverage.communes",
  title: say("coverage.communes.title"),
  severity: "major",
  basis: "design",
  source: "Decision 3188/QĐ-UBND (2014): every commune can come in",
  reads: ["inventory"],
  run: ({ province, network }) => {
    const reaching = reachingSites(network);
    const byUnit = Map.groupBy(province.communes.values(), ({ unit }) => unit);
    return [...province.units.values()].filter(({ communes }) => communes > 0).map((unit): Outcome => {
      const [entry] = byUnit.get(unit.slug) ?? [];
      const values = { unit: unit.slug, communes: unit.communes, site: entry?.site ?? "" };
      const subject = { kind: "unit", subject: unit.slug, sites: entry === undefined ? [] : [entry.site], evidence: { communes: unit.communes } } as const;
      if (entry === undefined) return { ...subject, verdict: "fail", at: sourceOf(unit), finding: say("coverage.communes.noAccess", values), remedy: say("coverage.communes.noAccess.remedy", values) };
      if (!reaching.has(entry.site)) return { ...subject, verdict: "fail", at: sourceOf(province.sites.get(entry.site)!), finding: say("coverage.communes.noWay", values), remedy: say("coverage.noWay.remedy", values) };
      return { ...subject, verdict: "pass" };
    });
  },
};
