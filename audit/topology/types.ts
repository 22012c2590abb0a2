/**
 * What a topology audit says, as plain data: `./egov audit topology --json` prints a `TopologyReport`, and pages and comparisons
 * read nothing else. Every text stands in it in both languages, so that a reader can switch without asking again.
 */
import type { Source } from "../../inventory/source.ts";

/** A sentence in Vietnamese and in English, filled in. */
export interface Text {
  readonly vi: string;
  readonly en: string;
}

export type Language = keyof Text;

/** `unknown`: it could not be found out, which is never as good as a pass. `waived`: it is no pass either, and waivers.yaml bears it for now. */
export type Verdict = "pass" | "fail" | "unknown" | "waived";
export const VERDICTS: readonly Verdict[] = ["fail", "unknown", "waived", "pass"];

/** How bad a failure is: a site without service; a service that one more failure takes; something to put in order. */
export type Severity = "critical" | "major" | "minor";

/** What the verdict is held against: what a rule of the state demands, or what this province's design intends beyond it. */
export type Basis = "law" | "design";

/** Where the facts come from. A check that reads what nobody gave it is skipped, and the report says so. */
export type Reads = "inventory" | "live" | "prometheus" | "saturation";

export type SubjectKind = "province" | "site" | "unit" | "body" | "host" | "link" | "prefix" | "segment" | "risk" | "pair" | "class" | "zone" | "waiver";

/** Figures and names behind a verdict, for those who want to see them: plain JSON. */
export type Evidence = Readonly<Record<string, Json>>;
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a verdict is about. Names are those of the inventory. */
export interface Subject {
  readonly kind: SubjectKind;
  /** Unique within its check; waivers.yaml names it. */
  readonly subject: string;
  /** Hosts, links and sites that the verdict concerns, for maps. */
  readonly hosts?: readonly string[];
  readonly links?: readonly string[];
  readonly sites?: readonly string[];
  readonly evidence?: Evidence;
}

/** What a check says of one subject: what is so, what to do about it, and the line of the inventory to begin at. */
export type Outcome = Subject &
  (
    | { readonly verdict: "pass"; readonly finding?: Text; readonly at?: Source }
    | { readonly verdict: "fail" | "unknown"; readonly finding: Text; readonly remedy: Text; readonly at: Source }
  );

/** A line of one of the province's files. */
export interface Place {
  /** The file's name within the province's folder, such as `links.yaml`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The waiver that a subject has: while it holds the verdict is `waived`; afterwards the verdict is the check's own again. */
export interface AppliedWaiver extends Place {
  /** The last day, YYYY-MM-DD, in the province's time zone. */
  readonly until: string;
  readonly reason: string;
  readonly expired: boolean;
}

/** A verdict in the report. `finding`, `remedy` and `place` are there unless it is a pass. */
export interface Judgement extends Subject {
  readonly verdict: Verdict;
  readonly finding?: Text;
  readonly remedy?: Text;
  readonly place?: Place;
  readonly waiver?: AppliedWaiver;
}

export interface CheckInfo {
  /** `group.name`, such as `resilience.diversity`. */
  readonly id: string;
  readonly title: Text;
  readonly severity: Severity;
  readonly basis: Basis;
  /** The article, standard or practice that it comes from. */
  readonly source: string;
  readonly reads: readonly Reads[];
}

export type Counts = Readonly<Record<Verdict, number>>;

export interface CheckReport extends CheckInfo {
  readonly counts: Counts;
  readonly subjects: readonly Judgement[];
}

export interface TopologyReport {
  readonly province: { readonly slug: string; readonly name: string };
  /** When it was judged, ISO 8601: waivers are held against this day. */
  readonly at: string;
  readonly checks: readonly CheckReport[];
  /** Checks that would read what was not given, such as the live network without `--live`. */
  readonly skipped: readonly CheckInfo[];
  /** Verdicts over all checks that ran. `ok`: nothing failed and nothing is unknown. */
  readonly summary: Counts & { readonly ok: boolean };
}
