/** Every unit of the tiers that have offices has one whose LAN reaches the data center. */
import type { Check } from "../check.ts";
import { coverageOf, officesBy, officeTiers, reachingSites } from "../coverage.ts";
import { say } from "../messages/index.ts";

export const coverageUnits: Check = {
  id: "coverage.units",
  title: say("coverage.units.title"),
  severity: "critical",
  basis: "design",
  source: "Decision 3188/QĐ-UBND (2014): 100 % of the units below the province on the network",
  reads: ["inventory"],
  run: ({ province, network }) => {
    const reaching = reachingSites(network);
    const offices = officesBy(province, ({ unit, body }) => (body === undefined ? unit : undefined));
    const tiers = officeTiers({ province });
    return [...province.units.values()].filter(({ tier }) => tiers.has(tier)).map((unit) =>
      coverageOf({ kind: "unit", subject: unit.slug }, offices.get(unit.slug) ?? [], unit, reaching));
  },
};
