/** What a change of the inventory does to every verdict. */
import type { Province } from "../../inventory/model.ts";
import { auditTopology } from "./audit.ts";
import { list, say, type MessageId } from "./messages/index.ts";
import type { Judgement, Language, Text, TopologyReport, Verdict } from "./types.ts";

/** A verdict that differs, in either of its two states absent where there is no such subject. */
export interface VerdictChange {
  readonly check: string;
  readonly subject: string;
  readonly before?: Judgement;
  readonly after?: Judgement;
  readonly kind: "worse" | "better" | "same";
}

export interface TopologyChange {
  /** In words, the worst first: "12 offices lose their second way". Empty where no verdict and nobody's ways change. */
  readonly sentences: readonly Text[];
  /** Verdicts that are others now; subjects that come or go with a pass are not among them. */
  readonly verdicts: readonly VerdictChange[];
}

const RANK: Readonly<Record<Verdict, number>> = { pass: 0, waived: 1, unknown: 2, fail: 3 };

/** What a change from one inventory to another does, as far as inventories tell. `at`: the day that waivers are held against. */
export async function topologyChange(before: Province, after: Province, at = new Date()): Promise<TopologyChange> {
  return compareReports(await auditTopology(before, { at }), await auditTopology(after, { at }));
}

/** Sentences on offices, from what two reports say of single failures; and counts of verdicts that got worse or better. */
export function compareReports(before: TopologyReport, after: TopologyReport): TopologyChange {
  const [old, now] = [judgements(before), judgements(after)];
  const verdicts = [...new Set([...old.keys(), ...now.keys()])].flatMap((key): VerdictChange[] => {
    const [was, is] = [old.get(key), now.get(key)];
    const [a, b] = [RANK[was?.judgement.verdict ?? "pass"], RANK[is?.judgement.verdict ?? "pass"]];
    const kind = b > a ? "worse" : b < a ? "better" : "same";
    const moved = kind === "same" && b > 0 && was !== undefined && is !== undefined && was.judgement.finding?.en !== is.judgement.finding?.en;
    if (kind === "same" && !moved) return [];
    const { check, judgement } = (is ?? was)!;
    return [{ check, subject: judgement.subject, kind, ...(was !== undefined && { before: was.judgement }), ...(is !== undefined && { after: is.judgement }) }];
  });
  return { verdicts, sentences: sentencesOf(before, after, verdicts) };
}

/** The change as lines: what it does in words, then verdict by verdict. Empty when it does nothing. */
export function changeLines({ sentences, verdicts }: TopologyChange, language: Language): string[] {
  const line = ({ check, subject, kind, before, after }: VerdictChange): string => {
    const sign = { worse: "-", better: "+", same: "~" }[kind];
    const text = (after?.finding ?? before?.finding)?.[language] ?? "";
    return `  ${sign} ${check} ${subject}: ${before?.verdict ?? "–"} → ${after?.verdict ?? "–"}${text === "" ? "" : `: ${text}`}`;
  };
  return [...sentences.map((sentence) => sentence[language]), ...verdicts.map(line)];
}

interface Found {
  readonly check: string;
  readonly judgement: Judgement;
}

function judgements({ checks }: TopologyReport): Map<string, Found> {
  return new Map(checks.flatMap(({ id, subjects }) => subjects.map((judgement): [string, Found] => [`${id} ${judgement.subject}`, { check: id, judgement }])));
}

function sentencesOf(before: TopologyReport, after: TopologyReport, verdicts: readonly VerdictChange[]): Text[] {
  const [old, now] = [waysOf(before), waysOf(after)];
  const both = [...old.all].filter((site) => now.all.has(site));
  const fresh = (from: ReadonlySet<string>, to: ReadonlySet<string>, among: readonly string[]): string[] => among.filter((site) => to.has(site) && !from.has(site));
  const two = both.filter((site) => [old, now].every(({ cut, single }) => !cut.has(site) && !single.has(site)));
  const groups: readonly (readonly [MessageId, readonly string[]])[] = [
    ["change.cut", fresh(old.cut, now.cut, both)],
    ["change.single", fresh(old.single, now.single, both)],
    ["change.shared", two.filter((site) => hasMore(old, now, site))],
    ["change.doubled", fresh(now.single, old.single, both)],
    ["change.unshared", two.filter((site) => hasMore(now, old, site) && !hasMore(old, now, site))],
    ["change.reached", fresh(now.cut, old.cut, both)],
    ["change.added", [...now.all].filter((site) => !old.all.has(site))],
    ["change.removed", [...old.all].filter((site) => !now.all.has(site))],
  ];
  const told = groups.filter(([, names]) => names.length > 0).map(([id, names]) => say(id, { count: names.length, sites: list(names.toSorted()) }));
  const [worse, better] = [verdicts.filter(({ kind }) => kind === "worse").length, verdicts.filter(({ kind }) => kind === "better").length];
  return worse + better === 0 ? told : [...told, say("change.verdicts", { worse, better })];
}

/** Offices by what single failures do to them: borne or not, a waiver changes nothing about that. */
interface Ways {
  readonly all: ReadonlySet<string>;
  /** Without a way even when nothing is broken. */
  readonly cut: ReadonlySet<string>;
  /** Lost by one link. */
  readonly single: ReadonlySet<string>;
  /** Those with two links that something takes at once, with whatever does. */
  readonly shared: ReadonlyMap<string, ReadonlySet<string>>;
}

function waysOf({ checks }: TopologyReport): Ways {
  const of = (id: string): readonly Judgement[] => checks.find((check) => check.id === id)?.subjects ?? [];
  const bad = (...ids: string[]): Judgement[] => ids.flatMap(of).filter(({ verdict }) => verdict !== "pass");
  const sitesOf = (judgements: readonly Judgement[]): Set<string> => new Set(judgements.flatMap(({ sites = [] }) => sites));
  const shared = new Map<string, Set<string>>();
  for (const { subject, sites = [] } of bad("resilience.articulation", "resilience.risks")) {
    for (const site of sites) shared.set(site, (shared.get(site) ?? new Set()).add(subject));
  }
  return { all: sitesOf(of("law.channels")), cut: sitesOf(bad("coverage.bodies", "coverage.units")), single: sitesOf(bad("resilience.bridges")), shared };
}

/** Whether something takes both ways of an office in `to` that does not in `from`. */
function hasMore(from: Ways, to: Ways, site: string): boolean {
  return [...(to.shared.get(site) ?? [])].some((cause) => from.shared.get(site)?.has(cause) !== true);
}
