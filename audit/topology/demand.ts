/** What each office asks of its way to the data center, from head counts and the services' rates. */
import type { Demand, Province, Rates, Site } from "../../inventory/model.ts";

/** An office's demand in one case, kbit/s. */
export interface SiteDemand extends Rates {
  readonly site: string;
  readonly case: string;
  readonly people: number;
  readonly communes: number;
  readonly services: Readonly<Record<string, Rates>>;
}

/** The demand of every office in every case. */
export function siteDemands(province: Province, demand: Demand): SiteDemand[] {
  const communes = Map.groupBy(province.communes.values(), ({ site }) => site);
  return [...province.sites.values()].filter(({ kind }) => kind === "office").flatMap((site) => {
    const behind = communes.get(site.slug)?.length ?? 0;
    const people = peopleAt(province, demand, site) + behind * demand.people.commune;
    return demand.cases.map((one): SiteDemand => {
      const counted = demand.services.filter(({ cases }) => cases === undefined || cases.includes(one));
      const services = Object.fromEntries(counted.map((service) => {
        const rate = (way: keyof Rates): number =>
          people * (service.perPersonKbps?.[way] ?? 0) + (service.perSiteKbps?.[way] ?? 0) + behind * (service.perCommuneKbps?.[way] ?? 0);
        return [service.name, { up: rate("up"), down: rate("down") }];
      }));
      const sum = (way: keyof Rates): number => Object.values(services).reduce((total, rates) => total + rates[way], 0);
      return { site: site.slug, case: one, people, communes: behind, services, up: sum("up"), down: sum("down") };
    });
  });
}

function peopleAt(province: Province, { people }: Demand, site: Site): number {
  const single = people.sites?.[site.slug];
  if (single !== undefined) return single;
  const body = site.body === undefined ? undefined : province.bodies.get(site.body);
  return (body === undefined ? people.tiers[String(site.tier)] : people.groups[body.group]) ?? 0;
}
