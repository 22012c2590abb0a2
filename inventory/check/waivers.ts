/** Waivers: days of the calendar, and one waiver a finding. Whether there is such a finding, the audits say. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";
import { isDate } from "./dates.ts";

export function checkWaivers({ waivers }: Raw, report: Report): void {
  const first = new Map<string, object>();
  for (const waiver of waivers) {
    const { check, subject, until } = waiver;
    if (!isDate(until)) report.add(sourceOf(waiver, "until"), `there is no day ${until}`, "write a day of the calendar as YYYY-MM-DD");
    const finding = JSON.stringify([check, subject]);
    const earlier = first.get(finding);
    if (earlier === undefined) {
      first.set(finding, waiver);
      continue;
    }
    const { file, line } = sourceOf(earlier);
    report.add(sourceOf(waiver), `the finding of ${check} about "${subject}" is waived already (${file}:${line})`, "keep one of the two");
  }
}
