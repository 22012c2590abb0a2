/** Every office has a channel. One is what the law asks for at this level; a second one is this province's design (resilience.bridges). */
import { isWan } from "../../../infra/network/router.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { say } from "../messages/index.ts";
import { linksBySite } from "../siteLinks.ts";
import type { Outcome } from "../types.ts";

export const lawChannels: Check = {
  id: "law.channels",
  title: say("law.channels.title"),
  severity: "critical",
  basis: "law",
  source: circular("5.3c and Annex I.2"),
  reads: ["inventory"],
  run: ({ province }) => {
    const linksAt = linksBySite(province);
    return [...province.sites.values()].filter(({ kind }) => kind === "office").map((site): Outcome => {
      const channels = linksAt.get(site.slug)!.filter(isWan);
      const subject = { kind: "site", subject: site.slug, sites: [site.slug], links: channels.map(({ name }) => name), evidence: { channels: channels.length } } as const;
      if (channels.length > 0) return { ...subject, verdict: "pass" };
      return { ...subject, verdict: "fail", at: sourceOf(site), finding: say("law.channels", { site: site.slug }), remedy: say("law.channels.remedy", { site: site.slug }) };
    });
  },
};
