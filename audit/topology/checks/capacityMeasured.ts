/** What each direction of a link carried against what it can: the 95th percentile of a week of five-minute means. */
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { DIRECTIONS, WEEK_SAMPLES } from "../live/measured.ts";
import { failure } from "../live/judge.ts";
import { say } from "../messages/index.ts";
import type { Outcome, Subject } from "../types.ts";

/** Share of a link's capacity that the 95th percentile may take. */
const LIMIT = 0.9;

export const capacityMeasured: Check = {
  id: "capacity.measured",
  title: say("capacity.measured.title"),
  severity: "major",
  basis: "law",
  source: circular("5.6"),
  reads: ["inventory", "prometheus"],
  run: ({ province, prometheus }) => {
    if (prometheus === undefined) throw new Error("a check of what Prometheus measured ran without it");
    return [...province.links.values()].flatMap((link) => DIRECTIONS.map((direction): Outcome => {
      const measured = prometheus.links.get(`${link.name} ${direction}`);
      const subject: Subject = { kind: "link", subject: `${link.name} ${direction}`, links: [link.name], evidence: { p95Mbps: measured?.p95Mbps ?? null, samples: measured?.samples ?? 0, capacityMbps: link.capacityMbps } };
      const at = sourceOf(link, "capacityMbps");
      if (measured === undefined || measured.samples < WEEK_SAMPLES) {
        return {
          ...subject, verdict: "unknown", at,
          finding: prometheus.silent === undefined ? say("capacity.measured.few", { link: link.name, samples: measured?.samples ?? 0, needed: WEEK_SAMPLES }) : say("capacity.measured.silent", { why: prometheus.silent }),
          remedy: say("capacity.measured.few.remedy"),
        };
      }
      const values = { link: link.name, direction, p95: measured.p95Mbps.toFixed(1), percent: Math.round((100 * measured.p95Mbps) / link.capacityMbps), capacity: link.capacityMbps };
      return measured.p95Mbps > LIMIT * link.capacityMbps ? failure(subject, at, "capacity.measured", values) : { ...subject, verdict: "pass" };
    }));
  },
};
