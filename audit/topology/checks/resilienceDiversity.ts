/** Ways that are meant to be diverse share nothing: neither duct nor POP nor carrier, nor the hub, its chassis or its power feed. */
import type { Link, Province, Site } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { list, say } from "../messages/index.ts";
import type { Network } from "../network.ts";
import type { Outcome } from "../types.ts";

export const resilienceDiversity: Check = {
  id: "resilience.diversity",
  title: say("resilience.diversity.title"),
  severity: "major",
  basis: "design",
  source: "Design: primary and backup by different carriers, ducts and hubs",
  reads: ["inventory"],
  run: ({ province, network }) => network.sites.flatMap(({ site, vertex }) => {
    const links = linksAt(network, vertex);
    return links.length < 2 ? [] : [judge(province, site, network.hosts[vertex]!, links)];
  }),
};

function linksAt({ graph, links }: Network, vertex: number): Link[] {
  return [...graph.edgeAt.subarray(graph.first[vertex], graph.first[vertex + 1])].sort((a, b) => a - b).flatMap((edge) => links[edge] ?? []);
}

/** An office passes when at least one pair of its links shares nothing. */
function judge(province: Province, site: Site, router: string, links: readonly Link[]): Outcome {
  const pairs = links.flatMap((one, i) => links.slice(i + 1).map((other) => ({ one, other, shared: sharedBy(province, router, one, other) })));
  const best = pairs.toSorted((a, b) => a.shared.length - b.shared.length)[0]!;
  const subject = { kind: "site", subject: site.slug, sites: [site.slug], hosts: [router], links: [best.one.name, best.other.name], evidence: { shared: best.shared } } as const;
  if (best.shared.length === 0) return { ...subject, verdict: "pass" };
  const values = { site: site.slug, one: best.one.name, other: best.other.name, shared: list(best.shared) };
  return { ...subject, verdict: "fail", at: sourceOf(best.other), finding: say("resilience.diversity", values), remedy: say("resilience.diversity.remedy", values) };
}

/** What two links of a router have in common, as reports write it. */
export function sharedBy(province: Province, router: string, one: Link, other: Link): string[] {
  const hubOf = (link: Link) => province.hosts.get(link.ends.find(({ host }) => host !== router)?.host ?? router)!;
  const [a, b] = [hubOf(one), hubOf(other)];
  const same = <T>(x: T | undefined, y: T | undefined): x is T => x !== undefined && x === y;
  const feeds = [a, b].map((hub) => province.sites.get(hub.site)!).map((place) => (place.kind === "datacenter" ? undefined : place.powerFeed));
  return [
    ...one.ducts.filter((duct) => other.ducts.includes(duct)).map((duct) => `duct ${duct}`),
    ...one.pops.filter((pop) => other.pops.includes(pop)).map((pop) => `pop ${pop}`),
    ...(same(one.carrier, other.carrier) ? [`carrier ${one.carrier}`] : []),
    ...(a.name === b.name ? [`host ${a.name}`] : same(a.chassis, b.chassis) ? [`chassis ${a.chassis}`] : []),
    // Both ways end at the data center: its own feed is judged by resilience.risks.
    ...(same(feeds[0], feeds[1]) ? [`power-feed ${feeds[0]}`] : []),
  ];
}
