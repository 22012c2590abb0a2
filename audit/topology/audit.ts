/** Runs checks and puts their verdicts together. */
import { Failure } from "../../inventory/failure.ts";
import { closest } from "../../inventory/schema.ts";
import type { Province } from "../../inventory/model.ts";
import type { AuditContext, Check } from "./check.ts";
import { networkOf } from "./network.ts";
import { CHECKS } from "./registry.ts";
import { VERDICTS, type CheckInfo, type CheckReport, type Counts, type Judgement, type Reads, type TopologyReport } from "./types.ts";
import { WAIVER_CHECK, Waivers } from "./waivers.ts";

export interface AuditOptions {
  /** Ids of checks, or of groups of them (`resilience`); all by default. */
  readonly checks?: readonly string[];
  /** The moment that dates are held against; now by default. */
  readonly at?: Date;
  /** What was read beside the inventory, for the checks that need it. */
  readonly readings?: Omit<AuditContext, "province" | "at" | "network">;
}

/**
 * Judges a province. Checks that read what `readings` do not hold are skipped.
 * @throws Failure when an id names no check.
 */
export async function auditTopology(province: Province, { checks, at = new Date(), readings = {} }: AuditOptions = {}): Promise<TopologyReport> {
  const chosen = selectChecks(checks);
  const given = readsOf(readings);
  const context: AuditContext = { province, at, network: networkOf(province), ...readings };
  const waivers = new Waivers(province, at);
  const reports: CheckReport[] = [];
  const skipped: CheckInfo[] = [];
  for (const check of chosen) {
    if (!check.reads.every((source) => given.has(source))) {
      skipped.push(infoOf(check));
      continue;
    }
    const outcomes = await check.run(context);
    reports.push(reportOf(check, outcomes.map((outcome) => waivers.judge(check.id, outcome))));
  }
  // A check that could tell nothing at all says nothing of its waivers either.
  const ran = new Set(reports.filter(({ subjects }) => subjects.length === 0 || subjects.some(({ verdict }) => verdict !== "unknown")).map(({ id }) => id));
  const known = new Set(CHECKS.map(({ id }) => id));
  const own = waivers.judgeSelf(ran, known);
  if (own.length > 0) reports.push(reportOf(WAIVER_CHECK, own));
  const counts = countsOf(reports.flatMap(({ subjects }) => subjects));
  return {
    province: { slug: province.slug, name: province.name },
    at: at.toISOString(),
    checks: reports,
    skipped,
    summary: { ...counts, ok: counts.fail === 0 && counts.unknown === 0 },
  };
}

/** @throws Failure for a name that is neither a check's id nor a group's. */
export function selectChecks(names: readonly string[] | undefined): readonly Check[] {
  if (names === undefined || names.length === 0) return CHECKS;
  const fits = (name: string) => (check: Check) => check.id === name || check.id.startsWith(`${name}.`);
  for (const name of names) {
    if (CHECKS.some(fits(name))) continue;
    const near = closest(name, CHECKS.map(({ id }) => id));
    throw new Failure(`there is no check '${name}'`, { advice: near === undefined ? `Use one of: ${CHECKS.map(({ id }) => id).join(", ")}.` : `Did you mean ${near}?` });
  }
  return CHECKS.filter((check) => names.some((name) => fits(name)(check)));
}

/** What the readings hold, beside the inventory that is always there. */
function readsOf({ live, prometheus, saturation }: NonNullable<AuditOptions["readings"]>): ReadonlySet<Reads> {
  return new Set<Reads>(["inventory", ...(live === undefined ? [] : ["live" as const]), ...(prometheus === undefined ? [] : ["prometheus" as const]), ...(saturation === undefined ? [] : ["saturation" as const])]);
}

function reportOf(check: CheckInfo, subjects: readonly Judgement[]): CheckReport {
  return { ...infoOf(check), counts: countsOf(subjects), subjects };
}

function infoOf({ id, title, severity, basis, source, reads }: CheckInfo): CheckInfo {
  return { id, title, severity, basis, source, reads };
}

function countsOf(subjects: readonly Judgement[]): Counts {
  const count = (verdict: string): number => subjects.filter((one) => one.verdict === verdict).length;
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Counts;
}
