/** What OSPF announces, as far as paths depend on it: prefixes with those who announce them, and the summaries that cover them. */
import { contains, prefixOf } from "../../inventory/address.ts";
import { subnetOf } from "../../inventory/reach.ts";
import type { Province } from "../../inventory/model.ts";
import { OSPF6_AREA } from "../../infra/network/ospf6.ts";
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
  /** The summary that border routers of its area announce instead of it. */
  readonly summary?: Summary;
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

/** What is announced in one family. */
export function destinationsOf(province: Province, routers: readonly Router[], family: Family): Destinations {
  const summaries = new Map<string, Summary>();
  const make = (prefix: string, advertisers: readonly Advertiser[]): Destination => {
    const range = family === "ipv6" ? undefined : rangeOver(province, advertisers[0]?.area, prefix);
    if (range === undefined) return { name: prefix, advertisers };
    const summary = summaries.get(range) ?? { name: range, area: advertisers[0]!.area, parts: [] };
    summaries.set(range, summary);
    const destination: Destination = { name: prefix, advertisers, summary };
    summary.parts.push(destination);
    return destination;
  };
  const byPrefix = new Map<string, Destination>();
  for (const router of routers) {
    for (const port of router.ports) {
      if (port.area === undefined) continue;
      const prefix = subnetOf(port.interface[family]);
      const advertiser: Advertiser = { host: router.host.name, area: family === "ipv6" ? OSPF6_AREA : port.area, cost: port.cost };
      const known = byPrefix.get(prefix);
      if (known !== undefined) (known.advertisers as Advertiser[]).push(advertiser);
      else byPrefix.set(prefix, make(prefix, [advertiser]));
    }
  }
  const at = (prefix: string | undefined): Destination[] => [byPrefix.get(prefix ?? "")].filter((one) => one !== undefined);
  const lans = [...province.sites.values()].flatMap((site): [string, Destination][] => at(site.lan?.[family]).map((one) => [site.slug, one]));
  const segments = [...province.segments.values()].flatMap((segment): [string, Destination][] => at(segment.prefixes[family]).map((one) => [segment.name, one]));
  const loopbacks = routers.map((router): [string, Destination] => {
    const prefix = family === "ipv4" ? `${router.loopback.ipv4}/32` : `${router.loopback.ipv6}/128`;
    return [router.host.name, make(prefix, [{ host: router.host.name, area: family === "ipv6" ? OSPF6_AREA : router.homeArea, cost: 0 }])];
  });
  return { lans: new Map(lans), segments: new Map(segments), loopbacks: new Map(loopbacks) };
}

/** The range of the area that holds an IPv4 prefix; the backbone's prefixes go everywhere as they are. */
function rangeOver(province: Province, area: string | undefined, prefix: string): string | undefined {
  if (area === undefined || area === BACKBONE) return undefined;
  const inner = prefixOf(prefix);
  return province.routing.areas.find((one) => one.id === area)?.summaries?.find((range) => contains(prefixOf(range), inner));
}
