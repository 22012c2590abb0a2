/** The prefix plan: pools apart from each other, numbers that fit, overrides inside their pools, and no subnet twice. */
import { contains, formatPrefix, last, overlaps, prefixOf, size, subnetCount, type Prefix } from "../address.ts";
import { highestCommuneNumber } from "../communes.ts";
import { linkArea } from "../links.ts";
import { findBy } from "../lookup.ts";
import { ROUTER_ROLES } from "../model.ts";
import { FAMILIES, plannedPrefix, poolLengths, prefixFor, type Family } from "../plan.ts";
import type { Report } from "../problem.ts";
import type { PoolName, Raw, RawAddressing } from "../raw.ts";
import { sourceOf, type Source } from "../source.ts";
import { lastFirewallAddress } from "./segments.ts";

/** A subnet that an entry takes, and where that is said. */
interface Claim {
  readonly pool: PoolName;
  readonly name: string;
  readonly number: number;
  readonly prefix: Prefix;
  readonly at: Source;
  readonly overridden: boolean;
}

interface Entry {
  readonly pool: PoolName;
  readonly name: string;
  readonly number: number;
  readonly origin: object;
  /** How many addresses of an IPv4 subnet its inhabitants take, beside the subnet's own and the broadcast. */
  readonly needed: number;
}

export function checkAddressing(raw: Raw, report: Report): void {
  const { addressing } = raw;
  if (addressing === undefined) return;
  const apart = checkPools(addressing, report);
  checkStateNetwork(raw, addressing, report);
  for (const family of FAMILIES) {
    const claims = entries(raw).flatMap((entry) => claim(addressing, family, entry, report));
    if (apart) checkOverlaps(claims, report);
    if (family === "ipv4") checkSummaries(raw, addressing, claims, report);
  }
}

/** Whether the pools are apart from each other; if not, their subnets' overlaps need not be told one by one. */
function checkPools(addressing: RawAddressing, report: Report): boolean {
  let apart = true;
  const pools = Object.entries(addressing.pools);
  for (const family of FAMILIES) {
    pools.forEach(([name, pool], i) => {
      const prefix = prefixOf(pool[family]);
      if (!contains(prefixOf(addressing.supernet[family]), prefix)) {
        report.add(
          sourceOf(pool, family),
          `the pool ${name} (${pool[family]}) lies outside the supernet ${addressing.supernet[family]}`,
          "move it inside, or widen the supernet",
        );
      }
      for (const [other, { [family]: text }] of pools.slice(0, i)) {
        if (!overlaps(prefix, prefixOf(text))) continue;
        apart = false;
        report.add(
          sourceOf(pool, family),
          `the pool ${name} (${pool[family]}) overlaps the pool ${other} (${text})`,
          "move one of them",
        );
      }
    });
  }
  return apart;
}

function checkStateNetwork(raw: Raw, addressing: RawAddressing, report: Report): void {
  const network = raw.routing?.bgp.stateNetwork;
  for (const family of FAMILIES) {
    if (network === undefined || !overlaps(prefixOf(network[family]), prefixOf(addressing.supernet[family]))) continue;
    report.add(
      sourceOf(network, family),
      `the state network ${network[family]} overlaps the province's supernet ${addressing.supernet[family]}`,
      "one of them is wrong: the two must be apart",
    );
  }
}

/** All that takes a subnet from a pool. */
function entries(raw: Raw): Entry[] {
  const offices = raw.sites.filter(({ kind }) => kind === "office");
  const communes = (slug: string | undefined): number => {
    const unit = findBy(raw.units, "slug", slug);
    return unit === undefined ? 0 : highestCommuneNumber(unit);
  };
  const named = (pool: PoolName, origin: { readonly number: number }, name: string, needed: number): Entry => ({
    pool,
    origin,
    name,
    number: origin.number,
    needed,
  });
  return [
    ...raw.hosts.filter(({ role }) => ROUTER_ROLES.includes(role)).map((host) => named("loopbacks", host, host.name, 0)),
    ...raw.links.map((link) => named("links", link, link.name, 0)),
    ...offices.map((site) => named("lans", site, site.slug, 2)),
    ...offices.filter(({ access }) => access === true).map((site) => named("access", site, site.slug, 1 + communes(site.unit))),
    ...raw.segments.map((segment) => named("datacenter", segment, segment.name, lastFirewallAddress(raw.hosts))),
  ];
}

function claim(addressing: RawAddressing, family: Family, entry: Entry, report: Report): Claim[] {
  const { pool, name, number, origin, needed } = entry;
  const range = prefixOf(addressing.pools[pool][family]);
  const overrides = addressing.overrides?.[pool]?.[name];
  const overridden = overrides?.[family] !== undefined;
  const at = overridden ? sourceOf(overrides, family) : sourceOf(origin, "number");
  const prefix = prefixFor(addressing, pool, family, entry);
  if (prefix === undefined) {
    const { step } = poolLengths(addressing, pool, family);
    const highest = subnetCount(range, step) - 1n;
    const remedy =
      highest < 1n
        ? `${formatPrefix(range)} has no /${step} for numbers from 1`
        : `${formatPrefix(range)} ends at number ${highest}`;
    report.add(
      at,
      `the pool ${pool} has no ${family} subnet for number ${number} ("${name}")`,
      `${remedy}; use a free number, or widen the pool in addressing.yaml`,
    );
    return [];
  }
  if (overridden) checkOverride(addressing, family, entry, prefix, at, report);
  if (family === "ipv4" && needed > 0 && size(prefix) < BigInt(needed + 2)) {
    report.add(
      at,
      `${formatPrefix(prefix)} of "${name}" is too small for ${needed} addresses`,
      "give it a shorter prefix length in addressing.yaml",
    );
  }
  return [{ pool, name, number, prefix, at, overridden }];
}

/** Lengths that an override must keep: a loopback and a link's end have them by nature, an IPv6 LAN by RFC 4291, section 2.5.1. */
function checkOverride(
  addressing: RawAddressing,
  family: Family,
  { pool, name, number }: Entry,
  prefix: Prefix,
  at: Source,
  report: Report,
): void {
  const range = prefixOf(addressing.pools[pool][family]);
  if (!contains(range, prefix)) {
    report.add(
      at,
      `${formatPrefix(prefix)} of "${name}" lies outside the pool ${pool} (${formatPrefix(range)})`,
      "choose one inside, or widen the pool",
    );
  }
  const { length } = plannedPrefix(addressing, pool, family, number) ?? poolLengths(addressing, pool, family);
  if ((family === "ipv6" || pool === "loopbacks" || pool === "links") && prefix.length !== length) {
    report.add(at, `${formatPrefix(prefix)} of "${name}" has the length ${prefix.length}`, `it must be /${length}`);
  }
}

/** No two entries take the same addresses. Entries of one number in one pool are reported as a double number already. */
function checkOverlaps(claims: readonly Claim[], report: Report): void {
  const sorted = claims.toSorted((a, b) =>
    a.prefix.first < b.prefix.first ? -1 : a.prefix.first > b.prefix.first ? 1 : a.prefix.length - b.prefix.length,
  );
  let widest: Claim | undefined;
  for (const claim of sorted) {
    const sameNumber = widest?.pool === claim.pool && widest.number === claim.number && !widest.overridden && !claim.overridden;
    if (widest !== undefined && overlaps(widest.prefix, claim.prefix) && !sameNumber) {
      const [later, earlier] = widest.overridden && !claim.overridden ? [widest, claim] : [claim, widest];
      report.add(
        later.at,
        `${formatPrefix(later.prefix)} of "${later.name}" overlaps ${formatPrefix(earlier.prefix)} of "${earlier.name}"`,
        "choose a free subnet of the pool",
      );
    }
    if (widest === undefined || last(claim.prefix) > last(widest.prefix)) widest = claim;
  }
}

/** A summary draws all its traffic into its area: it must not cover what lies in another, or in another's summary. */
function checkSummaries(raw: Raw, addressing: RawAddressing, claims: readonly Claim[], report: Report): void {
  const summaries = (raw.routing?.areas ?? []).flatMap(({ name, summaries: own = [] }) =>
    own.map((text, i) => ({ area: name, prefix: prefixOf(text), at: sourceOf(own, String(i)) })),
  );
  const meeting = claimsMeeting(claims);
  summaries.forEach(({ area, prefix, at }, i) => {
    if (!contains(prefixOf(addressing.supernet.ipv4), prefix)) {
      report.add(
        at,
        `the summary ${formatPrefix(prefix)} of area "${area}" lies outside the supernet ${addressing.supernet.ipv4}`,
        "summarise the area's own LANs",
      );
    }
    for (const other of summaries.slice(0, i)) {
      if (!overlaps(prefix, other.prefix)) continue;
      report.add(
        at,
        `the summary ${formatPrefix(prefix)} of area "${area}" overlaps ${formatPrefix(other.prefix)} of area "${other.area}"`,
        "give each area its own range of site numbers",
      );
    }
    for (const taken of meeting(prefix)) {
      const owner = areaOf(raw, taken);
      const isOffice = taken.pool === "lans" || taken.pool === "access";
      // An office without an area is reported for that.
      if (owner === area || (isOffice && owner === undefined)) continue;
      report.add(
        at,
        `the summary ${formatPrefix(prefix)} of area "${area}" covers ${formatPrefix(taken.prefix)} of "${taken.name}", which lies elsewhere`,
        "shrink the summary, or give that another number",
      );
    }
  });
}

/** Gives those of the claims that share addresses with a prefix, without going through all of them each time. */
function claimsMeeting(claims: readonly Claim[]): (prefix: Prefix) => readonly Claim[] {
  const sorted = claims.toSorted((a, b) => (a.prefix.first < b.prefix.first ? -1 : a.prefix.first > b.prefix.first ? 1 : 0));
  /** The highest address of each claim and of all before it. */
  const highest: bigint[] = [];
  for (const { prefix } of sorted) highest.push(highest.length > 0 && highest.at(-1)! > last(prefix) ? highest.at(-1)! : last(prefix));
  const firstFrom = (address: bigint): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.prefix.first < address) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (prefix) => {
    const from = firstFrom(prefix.first);
    let before = from;
    while (before > 0 && highest[before - 1]! >= prefix.first) before -= 1;
    return sorted.slice(before, firstFrom(last(prefix) + 1n)).filter((claim) => overlaps(claim.prefix, prefix));
  };
}

/** The area of the entry that holds a subnet; undefined for what lies in none or in the backbone by default. */
function areaOf(raw: Raw, { pool, name }: Claim): string | undefined {
  if (pool === "links") {
    const link = findBy(raw.links, "name", name);
    return link && raw.routing && linkArea(link, raw.hosts, raw.sites, raw.routing);
  }
  const site = pool === "loopbacks" ? findBy(raw.hosts, "name", name)?.site : name;
  return pool === "datacenter" ? undefined : findBy(raw.sites, "slug", site)?.area;
}
