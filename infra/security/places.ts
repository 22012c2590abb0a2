/** Where an address stands in the policy: its zone, and in there the role of its host where a service asks for one. */
import { contains, formatAddress, last, parseAddress, prefixOf, type Prefix } from "../../inventory/address.ts";
import type { Host, HostRole, Prefixes, Province, Site, Zone } from "../../inventory/model.ts";
import { addressOf } from "../../inventory/reach.ts";

export type Family = "ipv4" | "ipv6";

/** All addresses that the policy treats alike. */
export interface Place {
  /**
   * What packet filters know it by: 16 × the zone's number, plus the role's number in the zone. 0 is the outside; all are below
   * 256, so that a range of places is one of bytes whatever the order of a processor's bytes.
   */
  readonly id: number;
  readonly zone: string;
  /** Only for roles that the services name. */
  readonly role?: HostRole;
}

/** A range of addresses, both ends included, that lies in one place. */
export interface PlacedRange {
  readonly first: bigint;
  readonly last: bigint;
  readonly place: Place;
}

export interface Places {
  /** In the order of their ids. */
  readonly all: readonly Place[];
  /** The outside: all that lies in no range. */
  readonly outside: Place;
  /** Rising and apart; none is outside. */
  readonly ranges: Readonly<Record<Family, readonly PlacedRange[]>>;
}

interface Claim {
  readonly prefix: Prefix;
  readonly place: Place;
}

const ROLES_IN_ZONE = 16;

/** The places of a province, worked out once. */
export function placesOf(province: Province): Places {
  const known = cache.get(province) ?? work(province);
  cache.set(province, known);
  return known;
}

const cache = new WeakMap<Province, Places>();

function work(province: Province): Places {
  const { zones, services } = province.security;
  const outsideZone = zones.find((zone) => zone.outside === true);
  if (outsideZone === undefined) throw new Error("no zone is outside, which the inventory's checks rule out");
  const roles = new Set(services.filter((service) => service.neighbours !== true).flatMap((service) => [...(service.clients ?? []), ...(service.servers ?? [])]));
  const ids = new Map([outsideZone, ...zones.filter((zone) => zone !== outsideZone)].map((zone, i) => [zone.name, i * ROLES_IN_ZONE]));
  const plain = new Map(zones.map((zone) => [zone.name, { id: ids.get(zone.name)!, zone: zone.name } satisfies Place]));
  const special = new Map<string, Place>();
  const hostClaims: Record<Family, Claim[]> = { ipv4: [], ipv6: [] };
  const outside = plain.get(outsideZone.name)!;
  const zoneClaims = { ipv4: claimsOf(province, plain, "ipv4"), ipv6: claimsOf(province, plain, "ipv6") };

  const placeOfHost = (zone: string, role: HostRole): Place => {
    const key = `${zone} ${role}`;
    const used = [...special.values()].filter((place) => place.zone === zone).length;
    const place = special.get(key) ?? { id: ids.get(zone)! + used + 1, zone, role };
    special.set(key, place);
    return place;
  };
  for (const host of province.hosts.values()) {
    if (!roles.has(host.role)) continue;
    for (const family of ["ipv4", "ipv6"] as const) {
      for (const prefix of ownPrefixes(host, family)) {
        const zone = find(zoneClaims[family], prefix)?.zone ?? outside.zone;
        hostClaims[family].push({ prefix, place: placeOfHost(zone, host.role) });
      }
    }
  }
  return {
    all: [...plain.values(), ...special.values()].toSorted((a, b) => a.id - b.id),
    outside,
    ranges: {
      ipv4: flatten([...zoneClaims.ipv4, ...hostClaims.ipv4], outside),
      ipv6: flatten([...zoneClaims.ipv6, ...hostClaims.ipv6], outside),
    },
  };
}

/** The addresses that a host speaks a service from, each as a prefix of one: a router its loopback, others all that they have. */
function ownPrefixes(host: Host, family: Family): Prefix[] {
  const addresses = host.loopback === undefined ? host.interfaces.map((one) => addressOf(one[family])) : [host.loopback[family]];
  return addresses.map((address) => prefixOf(`${address}/${family === "ipv4" ? 32 : 128}`));
}

/** The prefixes of the zones. The wider stand first: where two hold an address, the later one does. */
function claimsOf(province: Province, places: ReadonlyMap<string, Place>, family: Family): Claim[] {
  const { zones } = province.security;
  const claim = (prefixes: Prefixes | undefined, zone: Zone | undefined): Claim[] =>
    prefixes === undefined || zone === undefined ? [] : [{ prefix: prefixOf(prefixes[family]), place: places.get(zone.name)! }];
  const network = zones.find((zone) => zone.network === true);
  const offices = [...province.sites.values()].filter((site) => site.lan !== undefined && site.kind === "office");
  return [
    ...claim(province.pools.loopbacks, network),
    ...claim(province.pools.links, network),
    ...claim(province.pools.access, zones.find((zone) => zone.access === true)),
    // An office more must not change every host's filter: what no office has yet counts to the zone that most have. Nobody can
    // use it before an office does, since every office's router lets out its own addresses only.
    ...claim(province.pools.lans, commonest(offices.map((site) => zoneOfSite(province, site)))),
    ...offices.flatMap((site) => claim(site.lan, zoneOfSite(province, site))),
    ...[...province.segments.values()].flatMap((segment) => claim(segment.prefixes, zones.find((zone) => zone.segments?.includes(segment.name)))),
  ];
}

/** The zone of an office's LAN: by its body's group, else by its unit's tier. */
export function zoneOfSite(province: Province, site: Site): Zone | undefined {
  const group = site.body === undefined ? undefined : province.bodies.get(site.body)?.group;
  return province.security.zones.find((zone) =>
    group === undefined ? site.body === undefined && zone.tiers?.includes(site.tier) : zone.groups?.includes(group));
}

function commonest<T>(items: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<T | undefined, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}

function find(claims: readonly Claim[], prefix: Prefix): Place | undefined {
  return claims.findLast((claim) => contains(claim.prefix, prefix))?.place;
}

/** Cuts claims that lie in each other into ranges that do not. */
function flatten(claims: readonly Claim[], outside: Place): PlacedRange[] {
  const bounds = [...new Set(claims.flatMap(({ prefix }) => [prefix.first, last(prefix) + 1n]))].toSorted((a, b) => (a < b ? -1 : 1));
  const ranges: { first: bigint; last: bigint; place: Place }[] = [];
  bounds.slice(0, -1).forEach((first, i) => {
    const end = bounds[i + 1]! - 1n;
    const place = claims.findLast(({ prefix }) => prefix.first <= first && end <= last(prefix))?.place;
    if (place === undefined || place.id === outside.id) return;
    const before = ranges.at(-1);
    if (before?.place.id === place.id && before.last + 1n === first) before.last = end;
    else ranges.push({ first, last: end, place });
  });
  return ranges;
}

/** Where an address stands. @throws Error for a text that is no address. */
export function placeOf(places: Places, address: string): Place {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`not an address: ${address}`);
  const ranges = places.ranges[parsed.family === 4 ? "ipv4" : "ipv6"];
  return ranges.find(({ first, last: end }) => first <= parsed.value && parsed.value <= end)?.place ?? places.outside;
}

/** A range as nft writes it: an address, or two with a dash. */
export function formatRange(family: Family, { first, last: end }: Pick<PlacedRange, "first" | "last">): string {
  const text = (value: bigint): string => formatAddress(family === "ipv4" ? 4 : 6, value);
  return first === end ? text(first) : `${text(first)}-${text(end)}`;
}

/** For messages: `services`, or `services (dns)`. */
export function describePlace({ zone, role }: Place): string {
  return role === undefined ? zone : `${zone} (${role})`;
}
