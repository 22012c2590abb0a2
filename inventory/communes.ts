/** The communes: those that communes.yaml names, and the rest by each unit's count, so that the twin can hold all. */
import { findBy } from "./lookup.ts";
import { cidrsAt } from "./plan.ts";
import type { Commune, Site } from "./model.ts";
import type { RawPilot, RawUnit } from "./raw.ts";
import { derive } from "./source.ts";

/** Every commune of every unit that has a site with access, pilots first in each unit, then by number. */
export function allCommunes(units: readonly RawUnit[], pilots: readonly RawPilot[], sites: readonly Site[]): Commune[] {
  const [entries, pilotsOf] = [sites.filter(({ access }) => access !== undefined), Map.groupBy(pilots, ({ unit }) => unit)];
  return units.flatMap((unit) => {
    const site = findBy(entries, "unit", unit.slug);
    if (site === undefined) return [];
    const named = (pilotsOf.get(unit.slug) ?? []).toSorted((a, b) => a.number - b.number);
    const taken = new Set(named.map(({ number }) => number));
    const commune = (entry: Pick<Commune, "slug" | "name" | "number" | "pilot">, origin: object): Commune =>
      derive({ ...entry, unit: unit.slug, site: site.slug, ...cidrsAt(site.access!, 1 + entry.number) }, origin);
    const others = communeNumbers(unit).filter((number) => !taken.has(number));
    return [
      ...named.map((entry) => commune({ slug: entry.slug, name: entry.name, number: entry.number, pilot: entry.pilot ?? true }, entry)),
      ...others.map((number) =>
        commune({ slug: generatedSlug(unit, number), name: generatedName(unit, number), number, pilot: false }, unit),
      ),
    ];
  });
}

/** The highest number that a commune of the unit has, or had before it left. */
export function highestCommuneNumber(unit: Pick<RawUnit, "communes" | "retired">): number {
  return unit.communes + (unit.retired?.length ?? 0);
}

/** The numbers of the unit's communes: from 1 without a gap, but for those that have left. */
export function communeNumbers(unit: Pick<RawUnit, "communes" | "retired">): number[] {
  const retired = new Set(unit.retired);
  return Array.from({ length: highestCommuneNumber(unit) }, (_, i) => i + 1).filter((number) => !retired.has(number));
}

/** What a commune is called that communes.yaml does not name. */
export function generatedName(unit: { readonly name: string }, number: number): string {
  return `Xã số ${number} (${unit.name})`;
}

/** The slug of a commune that no pilot names: `ky-son-07`. */
export function generatedSlug(unit: { readonly slug: string }, number: number): string {
  return `${unit.slug}-${String(number).padStart(2, "0")}`;
}
