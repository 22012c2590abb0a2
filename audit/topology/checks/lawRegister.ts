/** The register of connections is whole: of every channel the agency, the day, the width and the quality are recorded. */
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { list, say } from "../messages/index.ts";
import { connectionRegister } from "../register.ts";

export const lawRegister: Check = {
  id: "law.register",
  title: say("law.register.title"),
  severity: "minor",
  basis: "law",
  source: circular("10"),
  reads: ["inventory"],
  run: ({ province }) => {
    const entries = connectionRegister(province);
    const open = entries.filter(({ since, availabilityPercent }) => since === undefined || availabilityPercent === undefined).map(({ channel }) => channel);
    const subject = { kind: "province", subject: "register", links: open, evidence: { channels: entries.length, incomplete: open.length } } as const;
    if (open.length === 0) return [{ ...subject, verdict: "pass" }];
    const values = { count: open.length, total: entries.length, links: list(open) };
    return [{ ...subject, verdict: "unknown", at: sourceOf(province.links.get(open[0]!)!), finding: say("law.register", values), remedy: say("law.register.remedy", values) }];
  },
};
