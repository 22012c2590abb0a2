/** Communes: the counts add up, and each pilot has a number and a slug that no other commune has. */
import { communeNumbers, generatedSlug, highestCommuneNumber } from "../communes.ts";
import { findBy } from "../lookup.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawUnit } from "../raw.ts";
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
  for (const unit of raw.units) checkRetired(unit, report);
  const generated = new Set(raw.units.flatMap((unit) => communeNumbers(unit).map((number) => generatedSlug(unit, number))));
  for (const pilot of raw.pilots) {
    if (raw.names.hosts?.has(pilot.slug) === true) {
      report.add(
        sourceOf(pilot, "slug"),
        `"${pilot.slug}" is the name of a host already`,
        "choose another: both have names of their own in a twin",
      );
    }
    const unit = findBy(raw.units, "slug", pilot.unit);
    if (unit !== undefined && pilot.number > highestCommuneNumber(unit)) {
      report.add(
        sourceOf(pilot, "number"),
        `commune "${pilot.slug}" has the number ${pilot.number}, but "${unit.slug}" has ${unit.communes} communes`,
        `use a number up to ${highestCommuneNumber(unit)}, or raise the unit's communes`,
      );
    } else if (unit?.retired?.includes(pilot.number) === true) {
      report.add(
        sourceOf(pilot, "number"),
        `commune "${pilot.slug}" has the number ${pilot.number}, which belonged to one that left "${unit.slug}"`,
        "give it a number that nobody had",
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

/** Numbers run from 1 without a gap: a retired one lies among those that were given. */
function checkRetired(unit: RawUnit, report: Report): void {
  unit.retired?.forEach((number, i) => {
    if (number <= highestCommuneNumber(unit)) return;
    report.add(
      sourceOf(unit.retired!, String(i)),
      `no commune of "${unit.slug}" had the number ${number}: with ${unit.communes} communes and ${unit.retired!.length} that left, the highest is ${highestCommuneNumber(unit)}`,
      "put the number or the count of communes right",
    );
  });
}
