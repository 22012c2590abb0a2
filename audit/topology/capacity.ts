/** Loads against capacities, as verdicts on links. */
import type { Demand, Link } from "../../inventory/model.ts";
import { sourceOf } from "../../inventory/source.ts";
import type { AuditContext } from "./check.ts";
import { say, type MessageId } from "./messages/index.ts";
import type { State } from "./states.ts";
import type { Outcome } from "./types.ts";

/** The heaviest load of a link among the states looked at. */
interface Peak {
  readonly from: string;
  readonly case: string;
  readonly kbps: number;
  readonly state: State;
}

/** One verdict a link of the province, by the heaviest of `states`. Without demand.yaml: one for all that says that nobody knows. */
export function judgeCapacity({ province, network }: AuditContext, states: readonly State[], finding: MessageId): Outcome[] {
  const { demand } = province;
  if (demand === undefined) {
    return [{ kind: "province", subject: province.slug, verdict: "unknown", at: sourceOf(province), finding: say("capacity.noDemand"), remedy: say("capacity.noDemand.remedy") }];
  }
  const peaks = new Map<string, Peak>();
  for (const state of states) {
    for (const { link, from, kbps } of state.loads) {
      for (const [i, rate] of kbps.entries()) if (rate > (peaks.get(link)?.kbps ?? 0)) peaks.set(link, { from, case: demand.cases[i]!, kbps: rate, state });
    }
  }
  return network.links.flatMap((link) => (link === undefined ? [] : [judgeLink(link, peaks.get(link.name), demand, finding)]));
}

function judgeLink(link: Link, peak: Peak | undefined, { limitPercent }: Demand, finding: MessageId): Outcome {
  const percent = (100 * (peak?.kbps ?? 0)) / 1000 / link.capacityMbps;
  const failure = peak?.state.failure?.name;
  const subject = {
    kind: "link", subject: link.name, links: [link.name], hosts: link.ends.map(({ host }) => host),
    evidence: {
      capacityMbps: link.capacityMbps, loadMbps: round((peak?.kbps ?? 0) / 1000), percent: round(percent),
      ...(peak !== undefined && { from: peak.from, case: peak.case }), ...(failure !== undefined && { failure }),
    },
  } as const;
  if (peak === undefined || percent <= limitPercent) return { ...subject, verdict: "pass" };
  const values = {
    link: link.name, load: round(peak.kbps / 1000), percent: Math.round(percent), limit: limitPercent, capacity: link.capacityMbps, from: peak.from, case: peak.case,
    failure: failure ?? "", needed: Math.ceil((peak.kbps / 1000) * (100 / limitPercent)),
  };
  return { ...subject, verdict: "fail", at: sourceOf(link, "capacityMbps"), finding: say(finding, values), remedy: say("capacity.remedy", values) };
}

/** To a tenth. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
