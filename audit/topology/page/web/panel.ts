/** What was found of the thing that is chosen, and all findings in a list. */
import type { Json, Language } from "../../types.ts";
import { VERDICTS } from "../../types.ts";
import type { Finding, TopologyMap } from "../map.ts";
import type { WordId } from "../messages/index.ts";
import { byId, make } from "./dom.ts";

type Say = (id: WordId, values?: Readonly<Record<string, string | number>>) => string;

/** Findings of one check that the list shows before it counts the rest. */
const SHOWN = 40;

/** The facts and every verdict of a node or link. */
export function showSelection(map: TopologyMap, id: string | undefined, language: Language, say: Say): void {
  const place = byId("selection", HTMLElement);
  const node = map.nodes.find((one) => one.id === id);
  const link = map.links.find((one) => one.id === id);
  if (id === undefined || (node === undefined && link === undefined)) {
    place.replaceChildren(make("p", {}, say("choose")));
    return;
  }
  const facts: [string, string | number | undefined][] = node !== undefined
    ? [[say("role"), say(`layer.${node.layer}`)], [say("site"), node.siteName], [say("hosts"), node.hosts.join(", ")], [say("area"), node.area], [say("communes"), node.communes || undefined]]
    : [[say("role"), say(`role.${link!.role}`)], [say("link"), link!.ends.join(" – ")], [say("capacity"), link!.capacityMbps && `${link!.capacityMbps} Mbit/s`], [say("carrier"), link!.carrier], [say("ducts"), link!.ducts?.join(", ")]];
  const about = map.findings.filter(({ hosts = [], links = [], sites = [] }) =>
    node !== undefined ? hosts.some((name) => node.hosts.includes(name)) || sites.includes(node.site) : links.includes(id));
  place.replaceChildren(
    make("h2", {}, node?.label ?? id),
    make("dl", {}, ...facts.filter(([, value]) => value !== undefined && value !== "").flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))])),
    ...(about.length === 0 ? [make("p", {}, say("noFindings"))] : sorted(about).map((finding) => card(map, finding, language, say))),
  );
}

/** All that is no pass, by check. A click shows what it concerns. */
export function showFindings(map: TopologyMap, language: Language, say: Say, onChoose: (ids: readonly string[]) => void): void {
  const told = map.checks.map((check, index) => ({ check, findings: sorted(map.findings.filter((one) => one.check === index && one.verdict !== "pass")) })).filter(({ findings }) => findings.length > 0);
  byId("findings", HTMLElement).replaceChildren(
    make("h2", {}, say("findings")),
    ...(told.length === 0 ? [make("p", {}, say("noneFound"))] : []),
    ...told.flatMap(({ check, findings }) => [
      make("h3", { title: check.id }, `${check.title[language]} (${say(check.severity)}, ${say(check.basis)})`),
      ...findings.slice(0, SHOWN).map((finding) => {
        const button = make("button", { type: "button", class: finding.verdict }, `${finding.subject}: ${finding.finding?.[language] ?? say(finding.verdict)}`);
        button.addEventListener("click", () => onChoose(concerned(map, finding)));
        return button;
      }),
      ...(findings.length > SHOWN ? [make("p", {}, say("more", { count: findings.length - SHOWN }))] : []),
    ]),
    ...(map.skipped.length === 0 ? [] : [make("h3", {}, say("skipped")), make("p", {}, map.skipped.map(({ title }) => title[language]).join("; "))]),
  );
}

function sorted(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
}

/** The nodes and links of a finding: what it names itself, else the sites'. */
function concerned(map: TopologyMap, { hosts = [], links = [], sites = [] }: Finding): string[] {
  const named = [...links.filter((id) => map.links.some((link) => link.id === id)), ...map.nodes.filter((node) => hosts.some((name) => node.hosts.includes(name))).map(({ id }) => id)];
  return named.length > 0 ? named : map.nodes.filter(({ site, layer }) => layer === "site-router" && sites.includes(site)).map(({ id }) => id);
}

function card(map: TopologyMap, finding: Finding, language: Language, say: Say): HTMLElement {
  const check = map.checks[finding.check]!;
  const { verdict, subject, place, remedy, waiver, evidence } = finding;
  const lines: [string, string][] = [
    ...(remedy !== undefined && verdict !== "waived" ? [[say("remedy"), remedy[language]] as [string, string]] : []),
    ...(place !== undefined ? [[say("place"), `${place.file}:${place.line}`] as [string, string]] : []),
    [say("source"), check.source],
  ];
  return make(
    "article", { class: verdict },
    make("header", {}, `${check.title[language]}: ${say(verdict)}`),
    ...(finding.finding !== undefined ? [make("p", {}, finding.finding[language])] : [make("p", {}, subject)]),
    ...(waiver !== undefined ? [make("p", { class: "note" }, say(waiver.expired ? "expired" : "until", { until: waiver.until, reason: waiver.reason }))] : []),
    ...lines.map(([name, text]) => make("p", { class: "note" }, `${name}: ${text}`)),
    ...(evidence !== undefined && Object.keys(evidence).length > 0
      ? [make("details", verdict === "pass" ? {} : { open: "" }, make("summary", {}, say("evidence")), make("pre", {}, Object.entries(evidence).map(([name, value]) => `${name}: ${plain(value)}`).join("\n")))]
      : []),
  );
}

/** A figure, a row of names, or, for anything deeper, JSON. */
function plain(value: Json): string {
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ") || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
