/** What OSPF announces, as far as paths depend on it: prefixes with those who announce them, and the summaries that cover them. */
import { contains, prefixOf } from "../../inventory/address.ts";
import { subnetOf } from "../../inventory/reach.ts";
import type { Province } from "../../inventory/model.ts";
import { BACKBONE, type Router } from "../../infra/network/router.ts";

export type Family = "ipv4" | "ipv6";

/** A router that has the prefix at one of its interfaces. */
export interface Advertiser {
  readonly host: string;
  /** OSPF area, dotted. */
  readonly area: string;
  readonly cost: number;
}

/** A prefix, or several that share their advertisers and so have the same routes. */
export interface Destination {
  readonly name: string;
  readonly advertisers: readonly Advertiser[];
  /** The summary that border routers of its area announce instead of it, in each family. */
  readonly summary: Readonly<Partial<Record<Family, Summary>>>;
}

/** An area's range (RFC 2328, 12.4.3): its metric is the highest among the parts that the border router reaches. */
export interface Summary {
  readonly name: string;
  /** Dotted. */
  readonly area: string;
  readonly parts: Destination[];
}

export interface Destinations {
  /** By site: the office's LAN. */
  readonly lans: ReadonlyMap<string, Destination>;
  /** By segment of the data center. */
  readonly segments: ReadonlyMap<string, Destination>;
  /** By router: its loopback. */
  readonly loopbacks: ReadonlyMap<string, Destination>;
}

export function destinationsOf(province: Province, routers: readonly Router[]): Destinations {
  const summaries = new Map<string, Summary>();
  const make = (name: string, prefixes: { readonly ipv4: string; readonly ipv6: string }, advertisers: readonly Advertiser[]): Destination => {
    const summary: Partial<Record<Family, Summary>> = {};
    const destination: Destination = { name, advertisers, summary };
    for (const family of ["ipv4", "ipv6"] as const) {
      const range = rangeOver(province, advertisers[0]?.area, family, prefixes[family]);
      if (range === undefined) continue;
      const key = `${family} ${range}`;
      if (!summaries.has(key)) summaries.set(key, { name: range, area: advertisers[0]!.area, parts: [] });
      summary[family] = summaries.get(key)!;
      summaries.get(key)!.parts.push(destination);
    }
    return destination;
  };
  const byPrefix = new Map<string, Destination>();
  for (const router of routers) {
    for (const port of router.ports) {
      if (port.area === undefined) continue;
      const prefixes = { ipv4: subnetOf(port.interface.ipv4), ipv6: subnetOf(port.interface.ipv6) };
      const advertiser: Advertiser = { host: router.host.name, area: port.area, cost: port.cost };
      const known = byPrefix.get(prefixes.ipv4);
      if (known !== undefined) (known.advertisers as Advertiser[]).push(advertiser);
      else byPrefix.set(prefixes.ipv4, make(prefixes.ipv4, prefixes, [advertiser]));
    }
  }
  const at = (prefix: string | undefined): Destination[] => [byPrefix.get(prefix ?? "")].filter((one) => one !== undefined);
  const lans = [...province.sites.values()].flatMap((site): [string, Destination][] => at(site.lan?.ipv4).map((one) => [site.slug, one]));
  const segments = [...province.segments.values()].flatMap((segment): [string, Destination][] => at(segment.prefixes.ipv4).map((one) => [segment.name, one]));
  const loopbacks = routers.map((router): [string, Destination] => {
    const prefixes = { ipv4: `${router.loopback.ipv4}/32`, ipv6: `${router.loopback.ipv6}/128` };
    return [router.host.name, make(prefixes.ipv4, prefixes, [{ host: router.host.name, area: router.homeArea, cost: 0 }])];
  });
  return { lans: new Map(lans), segments: new Map(segments), loopbacks: new Map(loopbacks) };
}

/** The range of the area that holds a prefix; the backbone's prefixes go everywhere as they are. */
function rangeOver(province: Province, area: string | undefined, family: Family, prefix: string): string | undefined {
  if (area === undefined || area === BACKBONE) return undefined;
  const inner = prefixOf(prefix);
  return province.routing.areas.find((one) => one.id === area)?.summaries?.map((one) => one[family]).find((range) => contains(prefixOf(range), inner));
}
