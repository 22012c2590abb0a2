/** In which order a change that can cut hosts off goes out: so that what goes wrong goes wrong where it costs least. */
import type { Host, Province, Site } from "../inventory/model.ts";

/**
 * The router that is changed before all others: that of the office whose loss costs least. An office with two ways out comes
 * before one with a single one, a lower tier before a higher one, then the one with fewer communes behind it, then with less
 * capacity; the site's number decides the rest, so that it is the same one each time. Undefined where no office has a router.
 */
export function canaryOf(province: Province): Host | undefined {
  const candidates = [...province.sites.values()].flatMap((site) => {
    const host = [...province.hosts.values()].filter((one) => one.site === site.slug && one.role === "site-router").toSorted(byRank)[0];
    return site.kind !== "office" || host === undefined ? [] : [{ host, cost: costOf(province, site) }];
  });
  return candidates.toSorted((a, b) => compare(a.cost, b.cost))[0]?.host;
}

/**
 * Host → those that must have been changed, and have stayed so, before it: the canary before all others, and of hosts that
 * stand in for each other (same role, same site) the one of the lower rank before the next. The others go out side by side and
 * do not wait for each other: an office that is dark must not keep the data center from being changed.
 *
 * The hosts come in an order in which each stands after those that it waits for.
 */
export function waves(province: Province, names: Iterable<string>): Map<string, readonly string[]> {
  const canary = canaryOf(province);
  const hosts = [...names].flatMap((name) => province.hosts.get(name) ?? []);
  const first = hosts.filter((host) => host === canary);
  const rest = hosts.filter((host) => host !== canary).toSorted(byRank);
  return new Map([...first, ...rest].map((host) => {
    const before = rest.filter((other) => other.role === host.role && other.site === host.site && other.rank < host.rank);
    const previous = before.filter((other) => other.rank === before.at(-1)?.rank);
    return [host.name, host === canary ? [] : [...first, ...previous].map((one) => one.name)];
  }));
}

function costOf(province: Province, site: Site): number[] {
  const uplinks = [...province.links.values()].filter((link) => link.ends.some(({ host }) => province.hosts.get(host)?.site === site.slug));
  const communes = province.units.get(site.unit ?? "")?.communes ?? 0;
  return [uplinks.length > 1 ? 0 : 1, -site.tier, communes, uplinks.reduce((sum, link) => sum + link.capacityMbps, 0), site.number];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    if (value !== b[index]) return value - b[index]!;
  }
  return 0;
}

function byRank(a: Host, b: Host): number {
  return a.rank - b.rank;
}
