/** The communes: the pilots that communes.yaml names, and the rest by each unit's count, so that the twin can hold all. */
import { cidrsAt } from "./plan.ts";
import type { Commune, Site } from "./model.ts";
import type { RawPilot, RawUnit } from "./raw.ts";
import { derive } from "./source.ts";

/** Every commune of every unit that has a site with access, pilots first in each unit, then by number. */
export function allCommunes(units: readonly RawUnit[], pilots: readonly RawPilot[], sites: readonly Site[]): Commune[] {
  return units.flatMap((unit) => {
    const site = sites.find((candidate) => candidate.unit === unit.slug && candidate.access !== undefined);
    if (site === undefined) return [];
    const named = pilots.filter((pilot) => pilot.unit === unit.slug).toSorted((a, b) => a.number - b.number);
    const taken = new Set(named.map(({ number }) => number));
    const commune = (entry: Pick<Commune, "slug" | "name" | "number" | "pilot">, origin: object): Commune =>
      derive({ ...entry, unit: unit.slug, site: site.slug, ...cidrsAt(site.access!, 1 + entry.number) }, origin);
    const others = Array.from({ length: unit.communes }, (_, i) => i + 1).filter((number) => !taken.has(number));
    return [
      ...named.map(({ slug, name, number }) =>
        commune({ slug, name, number, pilot: true }, named.find((pilot) => pilot.slug === slug)!),
      ),
      ...others.map((number) =>
        commune({ slug: generatedSlug(unit, number), name: `Xã số ${number} (${unit.name})`, number, pilot: false }, unit),
      ),
    ];
  });
}

/** The slug of a commune that no pilot names: `ky-son-07`. */
export function generatedSlug(unit: { readonly slug: string }, number: number): string {
  return `${unit.slug}-${String(number).padStart(2, "0")}`;
}
