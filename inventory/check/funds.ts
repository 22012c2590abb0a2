/** The annex adds up: each line over its years, each group and the whole over their parts, in every year and in total. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

interface Amounts {
  readonly totalDong: number;
  readonly yearsDong: Readonly<Record<string, number>>;
}

export function checkFunds({ funds }: Raw, report: Report): void {
  if (funds === undefined) return;
  for (const group of funds.groups) {
    for (const line of group.lines) {
      checkYears(`line ${line.id}`, line, report);
      if (!line.id.startsWith(`${group.id}.`)) {
        report.add(
          sourceOf(line, "id"),
          `line ${line.id} stands in group ${group.id}`,
          `number it ${group.id}.${line.id.split(".")[1]!}, or move it`,
        );
      }
    }
    checkYears(`group ${group.id}`, group, report);
    checkParts(`group ${group.id}`, "its lines", group, group.lines, report);
  }
  checkYears("the whole", funds, report);
  checkParts("the whole", "the groups", funds, funds.groups, report);
}

function checkYears(what: string, amounts: Amounts, report: Report): void {
  const sum = Object.values(amounts.yearsDong).reduce((a, b) => a + b, 0);
  if (sum === amounts.totalDong) return;
  report.add(
    sourceOf(amounts, "totalDong"),
    `${what} costs ${amounts.totalDong} đồng, but its years add up to ${sum}`,
    "put the total or a year right, as in the annex",
  );
}

function checkParts(what: string, parts: string, whole: Amounts, amounts: readonly Amounts[], report: Report): void {
  const total = amounts.reduce((sum, { totalDong }) => sum + totalDong, 0);
  if (total !== whole.totalDong) {
    report.add(
      sourceOf(whole, "totalDong"),
      `${what} costs ${whole.totalDong} đồng, but ${parts} add up to ${total}`,
      "put the total or a part right, as in the annex",
    );
  }
  const years = new Set([whole, ...amounts].flatMap(({ yearsDong }) => Object.keys(yearsDong)));
  for (const year of [...years].toSorted()) {
    const stated = whole.yearsDong[year] ?? 0;
    const sum = amounts.reduce((s, { yearsDong }) => s + (yearsDong[year] ?? 0), 0);
    if (sum === stated) continue;
    report.add(
      sourceOf(whole.yearsDong, year),
      `${what} costs ${stated} đồng in ${year}, but ${parts} add up to ${sum}`,
      "put the year right here or in a part, as in the annex",
    );
  }
}
