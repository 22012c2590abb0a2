/** The audit as a document to be printed: drawings and tables, one after the other, in one language. */
import type { Language } from "../types.ts";
import { VERDICTS } from "../types.ts";
import { communesAt } from "./look.ts";
import type { TopologyMap } from "./map.ts";
import { word, type WordId } from "./messages/index.ts";
import { renderSvg } from "./svg.ts";
import { escapeMarkup } from "./text.ts";

/** Failures in the table of those that hurt most. */
const FAILURES = 20;
/** Findings of one check that are told; the rest is counted. */
const FINDINGS = 60;

/** A page without scripts that browsers print on A4, landscape. Nothing in it is read from anywhere. */
export function renderReport(map: TopologyMap, language: Language): string {
  const say = (id: WordId, values?: Readonly<Record<string, string | number>>): string => escapeMarkup(word(language, id, values));
  const title = `${say("title")}: ${escapeMarkup(map.province.name)}`;
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return [
    `<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">`,
    `<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>`,
    `<h1>${title}</h1>`,
    `<p class="soft">${say("judged")} ${escapeMarkup(map.at.slice(0, 16).replace("T", " "))} UTC</p>`,
    `<p class="counts">${VERDICTS.map((verdict) => `<span class="${verdict}"><b>${map.counts[verdict]}</b> ${say(verdict)}</span>`).join("")}</p>`,
    `<figure>${renderSvg(map, { view: "map", language })}</figure>`,
    `<figure>${renderSvg(map, { view: "layers", language })}</figure>`,
    failuresTable(map, say),
    findingsTables(map, language, say),
    map.skipped.length === 0 ? "" : `<h2>${say("skipped")}</h2>\n<ul>${map.skipped.map((check) => `<li>${escapeMarkup(check.title[language])} (${escapeMarkup(check.id)})</li>`).join("")}</ul>`,
    "</body>\n</html>\n",
  ].join("\n");
}

type Say = (id: WordId, values?: Readonly<Record<string, string | number>>) => string;

function failuresTable(map: TopologyMap, say: Say): string {
  const worst = map.failures.filter(({ lost, thinned }) => lost.length + thinned.length > 0).slice(0, FAILURES);
  if (worst.length === 0) return "";
  const rows = worst.map((failure) => [
    say(`kind.${failure.kind}`), escapeMarkup(failure.name), String(failure.lost.length), String(communesAt(failure.lost, map.nodes)), String(failure.thinned.length),
  ]);
  return `<h2>${say("worst")}</h2>\n${table([say("kind"), say("failure"), say("lostSites"), say("communes"), say("thinnedSites")], rows)}`;
}

function findingsTables(map: TopologyMap, language: Language, say: Say): string {
  const sections = map.checks.flatMap((check, index) => {
    const told = VERDICTS.filter((verdict) => verdict !== "pass").flatMap((verdict) => map.findings.filter((one) => one.check === index && one.verdict === verdict));
    if (told.length === 0) return [];
    const rows = told.slice(0, FINDINGS).map(({ verdict, subject, finding, remedy, place, waiver }) => [
      `<span class="${verdict}">${say(verdict)}</span>`, escapeMarkup(subject),
      escapeMarkup(finding?.[language] ?? "") + (waiver === undefined ? "" : `<br><span class="soft">${say(waiver.expired ? "expired" : "until", { until: waiver.until, reason: waiver.reason })}</span>`),
      verdict === "waived" ? "" : escapeMarkup(remedy?.[language] ?? ""), place === undefined ? "" : escapeMarkup(`${place.file}:${place.line}`),
    ]);
    const more = told.length > FINDINGS ? `<p class="soft">${say("more", { count: told.length - FINDINGS })}</p>` : "";
    return [`<h3>${escapeMarkup(check.title[language])} <span class="soft">(${say(check.severity)}, ${say(check.basis)}; ${escapeMarkup(check.source)})</span></h3>\n${table([say("verdict"), say("subject"), say("finding"), say("remedy"), say("place")], rows, "findings")}${more}`];
  });
  return `<h2>${say("findings")}</h2>\n${sections.length === 0 ? `<p>${say("noneFound")}</p>` : sections.join("\n")}`;
}

/** Cells are markup already. */
function table(header: readonly string[], rows: readonly (readonly string[])[], kind = "failures"): string {
  const row = (cells: readonly string[], tag: "th" | "td"): string => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table class="${kind}"><thead>${row(header, "th")}</thead><tbody>\n${rows.map((cells) => row(cells, "td")).join("\n")}\n</tbody></table>`;
}

const STYLE = `
@page { size: A4 landscape; margin: 12mm; }
body { margin: 0; color: #1c2733; font: 11px/1.4 "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 20px; margin: 0; }
h2 { font-size: 15px; margin: 18px 0 6px; break-after: avoid; }
h3 { font-size: 12px; margin: 12px 0 4px; break-after: avoid; }
p { margin: 4px 0; }
figure { margin: 10px 0 0; break-inside: avoid; break-after: page; }
figure svg { width: 100%; height: auto; max-height: 172mm; }
figure:first-of-type svg { max-height: 158mm; }
table { border-collapse: collapse; width: 100%; }
table.findings { table-layout: fixed; }
.findings th:nth-child(1) { width: 8%; } .findings th:nth-child(2) { width: 16%; } .findings th:nth-child(4) { width: 24%; } .findings th:nth-child(5) { width: 13%; }
th, td { text-align: left; vertical-align: top; padding: 3px 8px 3px 0; border-bottom: 1px solid #d9e0e6; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.soft { color: #52606d; font-weight: normal; }
.counts span { margin-right: 18px; }
.counts b { font-size: 15px; }
.fail { color: #c0272d; } .unknown { color: #7b5ea7; } .waived { color: #8a5f00; } .pass { color: #2f7d5d; }
`;
