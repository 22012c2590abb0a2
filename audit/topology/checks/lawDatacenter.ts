/** The provincial data center has two channels to the state network, in two physical directions. */
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";
import { areDiverse } from "./lawBackbone.ts";

export const lawDatacenter: Check = {
  id: "law.datacenter",
  title: say("law.datacenter.title"),
  severity: "critical",
  basis: "law",
  source: circular("5.4a"),
  reads: ["inventory"],
  run: ({ province }) => [...province.sites.values()].filter(({ kind }) => kind === "datacenter").map((site): Outcome => {
    const channels = [...province.links.values()].filter((link) => link.role === "handoff" && link.ends.some(({ host }) => province.hosts.get(host)!.site === site.slug));
    const subject = { kind: "site", subject: site.slug, sites: [site.slug], links: channels.map(({ name }) => name), evidence: { channels: channels.length } } as const;
    const values = { site: site.slug, count: channels.length, links: list(channels.map(({ name }) => name)) };
    if (channels.length < 2) return { ...subject, verdict: "fail", at: sourceOf(channels[0] ?? site), finding: say("law.datacenter.few", values), remedy: say("law.datacenter.few.remedy", values) };
    const unknown = channels.find(({ ducts }) => ducts.length === 0);
    if (unknown !== undefined) return { ...subject, verdict: "unknown", at: sourceOf(unknown), finding: say("law.ducts.unknown", { link: unknown.name }), remedy: say("law.ducts.unknown.remedy", { link: unknown.name }) };
    if (areDiverse(channels)) return { ...subject, verdict: "pass" };
    return { ...subject, verdict: "fail", at: sourceOf(channels[1]!), finding: say("law.datacenter.oneDirection", values), remedy: say("law.datacenter.oneDirection.remedy", values) };
  }),
};
