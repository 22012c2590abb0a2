/** Communes: the counts add up, and each pilot has a number and a slug that no other commune has. */
import { generatedSlug } from "../communes.ts";
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkCommunes(raw: Raw, report: Report): void {
  const counted = raw.units.reduce((sum, unit) => sum + unit.communes, 0);
  if (raw.province !== undefined && raw.whole.has("units") && counted !== raw.province.communes) {
    report.add(
      sourceOf(raw.province, "communes"),
      `the province has ${raw.province.communes} communes, but the units' add up to ${counted}`,
      "put this or a unit's communes right",
    );
  }
  const generated = new Set(
    raw.units.flatMap((unit) => Array.from({ length: unit.communes }, (_, i) => generatedSlug(unit, i + 1))),
  );
  for (const pilot of raw.pilots) {
    if (raw.names.hosts?.has(pilot.slug) === true) {
      report.add(
        sourceOf(pilot, "slug"),
        `"${pilot.slug}" is the name of a host already`,
        "choose another: both have names of their own in a twin",
      );
    }
    const unit = raw.units.find(({ slug }) => slug === pilot.unit);
    if (unit !== undefined && pilot.number > unit.communes) {
      report.add(
        sourceOf(pilot, "number"),
        `commune "${pilot.slug}" has the number ${pilot.number}, but "${unit.slug}" has ${unit.communes} communes`,
        `use a number up to ${unit.communes}, or raise the unit's communes`,
      );
    }
    if (generated.has(pilot.slug)) {
      report.add(
        sourceOf(pilot, "slug"),
        `"${pilot.slug}" is the slug of a commune that follows from a unit's count`,
        "choose one that does not end in a number",
      );
    }
  }
}
