/** Zones are separate by agency and by purpose: no zone mixes the Party's bodies with the state's, offices with servers, or servers of several purposes. */
import type { Zone } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

export const lawZones: Check = {
  id: "law.zones",
  title: say("law.zones.title"),
  severity: "major",
  basis: "law",
  source: circular("8.3"),
  reads: ["inventory"],
  run: ({ province }) => province.security.zones.map((zone): Outcome => {
    const kinds = kindsIn(zone);
    const subject = { kind: "zone", subject: zone.name, evidence: { holds: kinds } } as const;
    if (kinds.length <= 1) return { ...subject, verdict: "pass" };
    const values = { zone: zone.name, kinds: list(kinds) };
    return { ...subject, verdict: "fail", at: sourceOf(zone), finding: say("law.zones", values), remedy: say("law.zones.remedy", values) };
  }),
};

/** The agencies and purposes that a zone holds; a single one is as it should be. */
function kindsIn(zone: Zone): string[] {
  const { groups = [], tiers = [], segments = [] } = zone;
  const party = groups.includes("party-and-mass-organisations");
  const state = groups.some((group) => group !== "party-and-mass-organisations") || tiers.length > 0;
  return [
    ...(state ? ["state offices"] : []), ...(party ? ["party and mass organisations"] : []), ...segments.map((segment) => `segment ${segment}`),
    ...(zone.access === true ? ["communes"] : []), ...(zone.network === true ? ["routers"] : []), ...(zone.outside === true ? ["outside"] : []),
  ];
}
