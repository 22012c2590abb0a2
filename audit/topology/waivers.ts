/** Waivers against verdicts: what is borne until when, what has run out, and what waives nothing. */
import path from "node:path";
import type { Province, Waiver } from "../../inventory/model.ts";
import { sourceOf, type Source } from "../../inventory/source.ts";
import { say } from "./messages/index.ts";
import type { AppliedWaiver, CheckInfo, Judgement, Outcome, Place } from "./types.ts";

/** The check that judges the waivers themselves. It is no module of `checks/`: it follows from what the others found. */
export const WAIVER_CHECK: CheckInfo = {
  id: "waivers.fit",
  title: say("waivers.title"),
  severity: "minor",
  basis: "design",
  source: "waivers.yaml: a waiver stands for one finding, and ends with it",
  reads: ["inventory"],
};

/** A place as reports name it: by the file's name within the province's folder. */
export function placeOf({ file, line }: Source): Place {
  return { file: path.basename(file), line };
}

/** Today's date in the province's time zone, YYYY-MM-DD. */
export function dayOf(province: Province, at: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: province.timeZone }).format(at);
}

/** Waivers by check and subject. */
export class Waivers {
  readonly #province: Province;
  readonly #today: string;
  readonly #byFinding: ReadonlyMap<string, Waiver>;
  readonly #used = new Set<Waiver>();

  constructor(province: Province, at: Date) {
    this.#province = province;
    this.#today = dayOf(province, at);
    this.#byFinding = new Map(province.waivers.map((waiver) => [keyOf(waiver.check, waiver.subject), waiver]));
  }

  /** An outcome of a check as the report shows it: a failure, or something unknown, is borne while its waiver holds. */
  judge(check: string, outcome: Outcome): Judgement {
    const { at, ...shown } = outcome;
    const judgement: Judgement = { ...shown, ...(at !== undefined && { place: placeOf(at) }) };
    const waiver = this.#byFinding.get(keyOf(check, outcome.subject));
    if (waiver === undefined || outcome.verdict === "pass") return judgement;
    this.#used.add(waiver);
    const applied: AppliedWaiver = { until: waiver.until, reason: waiver.reason, expired: waiver.until < this.#today, ...placeOf(sourceOf(waiver)) };
    return { ...judgement, verdict: applied.expired ? outcome.verdict : "waived", waiver: applied };
  }

  /**
   * The waivers' own verdicts, once every check has been judged: one fails that waives nothing. Those of checks that did not run
   * or could tell nothing (`ran` does not hold them) are left out, since nobody knows; `known` are the ids of all checks that there are.
   */
  judgeSelf(ran: ReadonlySet<string>, known: ReadonlySet<string>): Judgement[] {
    return this.#province.waivers.flatMap((waiver): Judgement[] => {
      const subject = `${waiver.check} ${waiver.subject}`;
      const values = { check: waiver.check, subject: waiver.subject };
      const place = placeOf(sourceOf(waiver));
      if (!known.has(waiver.check)) {
        return [{ kind: "waiver", subject, verdict: "fail", place, finding: say("waivers.noCheck", values), remedy: say("waivers.noCheck.remedy") }];
      }
      if (!ran.has(waiver.check)) return [];
      if (this.#used.has(waiver)) return [{ kind: "waiver", subject, verdict: "pass", place }];
      return [{ kind: "waiver", subject, verdict: "fail", place, finding: say("waivers.nothing", values), remedy: say("waivers.nothing.remedy") }];
    });
  }
}

function keyOf(check: string, subject: string): string {
  return JSON.stringify([check, subject]);
}
