/** Whether a step from one inventory to the next leaves everybody connected and every number with its owner. */
import { isDeepStrictEqual } from "node:util";
import { UndirectedGraph } from "graphology";
import { connectedComponents } from "graphology-components";
import type { Link, Province } from "../model.ts";

/** Who had each number: `site 7` → `nghi-loc`. It grows with every step, so that a number once given stays its owner's. */
export type Owners = Map<string, string>;

/** What a step would do to somebody. */
export interface Harm {
  readonly message: string;
  readonly remedy: string;
}

/** Enters what an inventory gives into the list of owners. Returns each number that belonged to somebody else. */
export function claimNumbers(owners: Owners, province: Province): Harm[] {
  const claims: (readonly [number: string, owner: string])[] = [
    ...[...province.sites.values()].map((site) => [`site number ${site.number}`, site.slug] as const),
    ...[...province.hosts.values()].map((host) => [`host number ${host.number}`, host.name] as const),
    ...[...province.links.values()].map((link) => [`link number ${link.number}`, link.name] as const),
    // A commune's address is its number's in the access LAN of a site; what the unit is called plays no part.
    ...[...province.communes.values()].map((commune) => [`commune number ${commune.number} of site ${commune.site}`, commune.slug] as const),
  ];
  return claims.flatMap(([number, owner]) => {
    const earlier = owners.get(number) ?? owner;
    owners.set(number, earlier);
    return earlier === owner ? [] : [{ message: `"${owner}" would take the ${number} of "${earlier}"`, remedy: "numbers are never reused: give it one that nobody had" }];
  });
}

/** Names of the sites that reach the data center over the given links. */
export function connectedSites(province: Province, links: readonly Link[]): ReadonlySet<string> {
  const graph = new UndirectedGraph();
  const isForeign = (host: string): boolean => province.sites.get(province.hosts.get(host)!.site)!.kind === "external";
  const hosts = [...province.hosts.keys()].filter((host) => !isForeign(host));
  for (const host of hosts) graph.addNode(host);
  const pairs = links.map(({ ends }) => [ends[0].host, ends[1].host] as const);
  for (const pair of pairs) if (!pair.some(isForeign)) graph.mergeEdge(...pair);
  // The data center is where the segments' gateways are.
  const gateways = [...province.hosts.values()].filter(({ role }) => role === "firewall");
  const inside = new Set(connectedComponents(graph).filter((part) => gateways.some(({ name }) => part.includes(name))).flat());
  const sites = new Set([...inside].map((host) => province.hosts.get(host)!.site));
  // Somebody else's site is reached over a hand-off, and nothing of ours through it.
  for (const pair of pairs) {
    const foreign = pair.find(isForeign);
    if (foreign !== undefined && pair.some((end) => inside.has(end))) sites.add(province.hosts.get(foreign)!.site);
  }
  return sites;
}

/** The links that both inventories have alike: those that carry traffic all through the change from one to the other. */
export function lastingLinks(before: Province, after: Province): Link[] {
  const nature = ({ number, ends, area }: Link): unknown => [number, ends, area];
  return [...after.links.values()].filter((link) => {
    const old = before.links.get(link.name);
    return old !== undefined && isDeepStrictEqual(nature(old), nature(link));
  });
}

/** Whom a step from one inventory to the next would cut off, renumber, or lose. */
export function verifyStep(before: Province, after: Province): Harm[] {
  return [...cutOff(before, after), ...renumbered(before, after), ...communesHarmed(before, after)];
}

function cutOff(before: Province, after: Province): Harm[] {
  const was = connectedSites(before, [...before.links.values()]);
  const lasting = connectedSites(after, lastingLinks(before, after));
  return [...after.sites.keys()]
    .filter((slug) => was.has(slug) && !lasting.has(slug))
    .map((slug) => ({ message: `site "${slug}" would lose its way to the data center`, remedy: "add the new way in a step before the one that takes the old one away" }));
}

function renumbered(before: Province, after: Province): Harm[] {
  return (["sites", "hosts", "links"] as const).flatMap((kind) =>
    [...after[kind].entries()].flatMap(([name, { number }]) => {
      const old = before[kind].get(name)?.number ?? number;
      return old === number ? [] : [{ message: `"${name}" of ${kind}.yaml would be renumbered from ${old} to ${number}`, remedy: "keep its number, which fixes its addresses" }];
    }));
}

/** While a commune moves, both its ways in are there: the new one before the step, the old one after it. */
function communesHarmed(before: Province, after: Province): Harm[] {
  const takesIn = (province: Province, site: string): boolean => province.sites.get(site)?.access !== undefined;
  return [...before.communes.values()].flatMap(({ slug, site }) => {
    const now = after.communes.get(slug);
    if (now === undefined) return [{ message: `commune "${slug}" would be lost`, remedy: "move it to another unit first" }];
    if (now.site === site) return [];
    const missing = !takesIn(before, now.site) ? now.site : !takesIn(after, site) ? site : undefined;
    return missing === undefined ? [] : [{
      message: `commune "${slug}" would move from "${site}" to "${now.site}" while "${missing}" takes in none`,
      remedy: "open the new site in a step before, and close the old one in a step after",
    }];
  });
}
