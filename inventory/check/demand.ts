/** Demand: names that are there, and rates for every service. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";

export function checkDemand(raw: Raw, report: Report): void {
  const { demand } = raw;
  if (demand === undefined) return;
  const follow = (name: string, known: ReadonlySet<string>, what: string, file: string, holder: object, key: string): void => {
    if (known.has(name)) return;
    const near = closest(name, known);
    report.add(sourceOf(holder, key), `there is no ${what} "${name}"`, near === undefined ? `name one of ${file}.yaml, or add it there` : `did you mean "${near}"?`);
  };
  const { sites = {}, tiers } = demand.people;
  const known = { sites: raw.names.sites, tiers: raw.province && new Set(raw.province.tiers.map(({ tier }) => String(tier))), cases: new Set(demand.cases) };
  if (known.sites !== undefined) for (const site of Object.keys(sites)) follow(site, known.sites, "site", "sites", sites, site);
  if (known.tiers !== undefined) for (const tier of Object.keys(tiers)) follow(tier, known.tiers, "tier", "province", tiers, tier);
  const first = new Map<string, object>();
  for (const service of demand.services) {
    service.cases?.forEach((name, i) => { follow(name, known.cases, "case", "demand", service.cases!, String(i)); });
    if (service.perPersonKbps === undefined && service.perSiteKbps === undefined && service.perCommuneKbps === undefined) {
      report.add(sourceOf(service), `service "${service.name}" asks for nothing`, "add perPersonKbps, perSiteKbps or perCommuneKbps");
    }
    const earlier = first.get(service.name);
    if (earlier === undefined) first.set(service.name, service);
    else report.add(sourceOf(service, "name"), `the name "${service.name}" belongs to another service already (${sourceOf(earlier).file}:${sourceOf(earlier).line})`, "give it one of its own");
  }
}
