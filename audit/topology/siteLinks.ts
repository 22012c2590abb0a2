/** Which links end at which site. */
import type { Link, Province } from "../../inventory/model.ts";

/** By site: the links that end at one of its hosts, each once, in the inventory's order. */
export function linksBySite(province: Province): ReadonlyMap<string, readonly Link[]> {
  const found = new Map<string, Link[]>([...province.sites.keys()].map((site) => [site, []]));
  for (const link of province.links.values()) {
    for (const site of new Set(link.ends.map(({ host }) => province.hosts.get(host)!.site))) found.get(site)!.push(link);
  }
  return found;
}
