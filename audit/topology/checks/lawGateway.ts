/** Whoever is connected goes through the gateway: only the data center has a way to the state network, and its services stand behind firewalls. */
import { hostsOfRole } from "../../../inventory/reach.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { say } from "../messages/index.ts";
import { linksBySite } from "../siteLinks.ts";
import type { Outcome } from "../types.ts";

export const lawGateway: Check = {
  id: "law.gateway",
  title: say("law.gateway.title"),
  severity: "critical",
  basis: "law",
  source: circular("8.1"),
  reads: ["inventory"],
  run: ({ province }): Outcome[] => {
    const firewalls = hostsOfRole(province, "firewall").map(({ name }) => name);
    const linksAt = linksBySite(province);
    const offices = [...province.sites.values()].filter(({ kind }) => kind === "office").map((site): Outcome => {
      const subject = { kind: "site", subject: site.slug, sites: [site.slug] } as const;
      const own = linksAt.get(site.slug)!.find(({ role }) => role === "handoff");
      if (own === undefined) return { ...subject, verdict: "pass" };
      const values = { site: site.slug, link: own.name };
      return { ...subject, links: [own.name], verdict: "fail", at: sourceOf(own), finding: say("law.gateway.own", values), remedy: say("law.gateway.own.remedy", values) };
    });
    const segments = [...province.segments.values()].map((segment): Outcome => {
      const subject = { kind: "segment", subject: segment.name, hosts: firewalls } as const;
      if (firewalls.length > 0) return { ...subject, verdict: "pass" };
      return { ...subject, verdict: "fail", at: sourceOf(segment), finding: say("law.gateway.open", { segment: segment.name }), remedy: say("law.gateway.open.remedy") };
    });
    return [...offices, ...segments];
  },
};
