/** A report as text, grouped by check. Passes are counted, everything else is said with its place and its remedy. */
import path from "node:path";
import { list } from "./messages/index.ts";
import { LABELS } from "./messages/labels.ts";
import { VERDICTS, type CheckReport, type Judgement, type Language, type TopologyReport } from "./types.ts";

/**
 * The lines of a report. `directory` is the province's folder as the reader knows it, so that editors can follow the places.
 */
export function reportLines(report: TopologyReport, language: Language, directory: string): string[] {
  const label = LABELS[language];
  const { summary, skipped } = report;
  return [
    ...report.checks.flatMap((check) => checkLines(check, language, directory)),
    ...(skipped.length === 0 ? [] : [`${label.skipped}: ${skipped.map(({ id, reads }) => `${id} (${reads.join(", ")})`).join(", ")}`]),
    `${report.province.name}: ${VERDICTS.map((verdict) => `${summary[verdict]} ${label[verdict]}`).join(", ")}`,
  ];
}

function checkLines(check: CheckReport, language: Language, directory: string): string[] {
  const label = LABELS[language];
  const counts = VERDICTS.filter((verdict) => check.counts[verdict] > 0).map((verdict) => `${check.counts[verdict]} ${label[verdict]}`);
  const told = VERDICTS.filter((verdict) => verdict !== "pass").flatMap((verdict) => check.subjects.filter((one) => one.verdict === verdict));
  return [
    `${check.id}  ${check.title[language]}  [${label[check.severity]}, ${label[check.basis]}]: ${counts.join(", ") || label.nothing}`,
    // What is to be done about many in a row is said once, after the last of them.
    ...told.flatMap((one, i) => judgementLines(one, language, directory, told[i + 1])),
  ];
}

function judgementLines({ verdict, subject, place, finding, remedy, hosts, waiver }: Judgement, language: Language, directory: string, next: Judgement | undefined): string[] {
  const label = LABELS[language];
  const where = place === undefined ? "" : `${path.join(directory, place.file)}:${place.line}: `;
  const on = hosts === undefined || hosts.length === 0 ? "" : ` [${list(hosts)}]`;
  const lines = [`  ${label[verdict].toUpperCase()} ${subject}: ${where}${finding?.[language] ?? ""}${on}`];
  if (waiver !== undefined) lines.push(`    ${waiver.expired ? label.expired : label.until} ${waiver.until} (${waiver.file}:${waiver.line}): ${waiver.reason}`);
  if (verdict !== "waived" && remedy !== undefined && (next?.verdict === "waived" || remedy[language] !== next?.remedy?.[language])) lines.push(`    → ${remedy[language]}`);
  return lines;
}
