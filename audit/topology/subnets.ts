/** Every subnet that the inventory gives to somebody, with its owner and its line. */
import { prefixOf, type Prefix } from "../../inventory/address.ts";
import type { Prefixes, Province } from "../../inventory/model.ts";
import { FAMILIES } from "../../inventory/plan.ts";
import { sourceOf, type Source } from "../../inventory/source.ts";

/** A subnet in one family. Containers hold subnets of others by design: the supernet its pools, a pool its entries' subnets. */
export interface OwnedSubnet {
  readonly cidr: string;
  readonly prefix: Prefix;
  /** `link vinh-primary`, `site vinh (lan)`, … */
  readonly owner: string;
  readonly container: boolean;
  readonly at: Source;
}

export function ownedSubnets(province: Province): OwnedSubnet[] {
  const subnets: OwnedSubnet[] = [];
  const add = (owner: string, prefixes: Partial<Prefixes>, origin: object, container = false): void => {
    for (const family of FAMILIES) {
      const cidr = prefixes[family];
      if (cidr !== undefined) subnets.push({ cidr, prefix: prefixOf(cidr), owner, container, at: sourceOf(origin) });
    }
  };
  const { announce, stateNetwork } = province.routing.bgp;
  add("supernet", announce, announce, true);
  add("state network", stateNetwork, stateNetwork, true);
  for (const [name, pool] of Object.entries(province.pools)) add(`pool ${name}`, pool, pool, true);
  for (const link of province.links.values()) add(`link ${link.name}`, link.prefixes, link);
  for (const site of province.sites.values()) {
    if (site.lan !== undefined) add(`site ${site.slug} (lan)`, site.lan, site);
    if (site.access !== undefined) add(`site ${site.slug} (access)`, site.access, site);
  }
  for (const segment of province.segments.values()) add(`segment ${segment.name}`, segment.prefixes, segment);
  for (const host of province.hosts.values()) {
    if (host.loopback !== undefined) add(`host ${host.name} (loopback)`, { ipv4: `${host.loopback.ipv4}/32`, ipv6: `${host.loopback.ipv6}/128` }, host);
  }
  for (const environment of province.environments.values()) add(`environment ${environment.name}`, { ipv4: environment.managementPrefix }, environment);
  return subnets;
}
