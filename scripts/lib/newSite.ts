/** One office more in a province's description, as a user would write it: a site, its router, its two links. */
import { hostsOfRole } from "../../inventory/index.ts";
import type { Link, Province, Site } from "../../inventory/model.ts";
import type { Workbench } from "./workbench.ts";

/** The new office's slug; its router is called `r-` and this. */
export const NEW_SITE = "hanh-chinh-cong";

/** Adds the office beside the first of tier 2, on the same hubs. Resolves with the names of the hosts that it concerns. */
export async function addSite(bench: Workbench, province: Province): Promise<string[]> {
  const model = [...province.sites.values()].find((site) => site.kind === "office" && site.tier === 2) as Site;
  const links = [...province.links.values()].filter((link) => ends(link).some((host) => province.hosts.get(host)?.site === model.slug));
  const siteNumber = unused(model.number, [...province.sites.values()]);
  const hostNumber = unused(100, [...province.hosts.values()]);
  const linkNumber = unused(links[0]!.number, [...province.links.values()]);
  const router = `r-${NEW_SITE}`;
  const hubs = links.map((link) => ends(link).find((host) => province.hosts.get(host)?.site !== model.slug) as string);

  await bench.append("sites.yaml", `{slug: ${NEW_SITE}, number: ${siteNumber}, kind: office, name: Trung tâm Phục vụ hành chính công, unit: ${model.unit}, area: ${model.area}, powerFeed: ${model.powerFeed}, funds: I.1}`);
  await bench.append("hosts.yaml", `{name: ${router}, number: ${hostNumber}, site: ${NEW_SITE}, role: site-router, funds: I.1}`);
  for (const [i, link] of links.entries()) {
    await bench.append("links.yaml", `{name: ${NEW_SITE}-${link.role}, number: ${linkNumber + i}, role: ${link.role}, ends: [${hubs[i]}, ${router}], capacityMbps: ${link.capacityMbps}, carrier: ${link.carrier}, ducts: [${link.ducts.join(", ")}], pops: [${link.pops.join(", ")}], funds: I.1}`);
  }
  // They know every office: its names, its probe's mailbox, its links.
  const servers = (["dns", "mail-exchanger", "mailbox", "monitoring"] as const).flatMap((role) => hostsOfRole(province, role).map((host) => host.name));
  return [router, ...hubs, ...servers].toSorted();
}

function ends(link: Link): string[] {
  return link.ends.map((end) => end.host);
}

/** The first number after `from` with nothing on it nor on the next one. */
function unused(from: number, taken: readonly { readonly number: number }[]): number {
  const numbers = new Set(taken.map((item) => item.number));
  let number = from;
  while (numbers.has(number) || numbers.has(number + 1)) number += 1;
  return number;
}
