/** Which names the province has, and for which addresses: everything in the inventory that can be reached. */

import { contains, prefixOf } from "../../inventory/address.ts";
import type { Interface, Province } from "../../inventory/model.ts";
import { addressOf, lanWorkstation } from "../../inventory/reach.ts";
import { hostAddress } from "../network/resolver.ts";

/** A name relative to the province's zone, and its addresses. Each address belongs to one name only. */
export interface Named {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * Hosts by their own name, each further interface as `interface.host`, segments' gateways as `gateway.segment`, the workstation of
 * a LAN as `pc.site`, communes as `commune.unit`. In the inventory's order.
 */
export function namedAddresses(province: Province): Named[] {
  const names: Named[] = [];
  for (const host of province.hosts.values()) {
    // What stands in somebody else's network has a name in somebody else's zone.
    if (province.sites.get(host.site)!.kind === "external" && host.loopback === undefined) continue;
    const own = hostAddress(host);
    if (own !== undefined) names.push({ name: host.name, ipv4: own.ipv4, ipv6: own.ipv6 });
    for (const one of host.interfaces) {
      const ipv4 = addressOf(one.ipv4);
      if (isForeign(province, one)) continue;
      if (ipv4 !== own?.ipv4) names.push({ name: `${one.name}.${host.name}`, ipv4, ipv6: addressOf(one.ipv6) });
    }
  }
  for (const segment of province.segments.values()) {
    names.push({ name: `gateway.${segment.name}`, ...segment.gateway });
  }
  for (const site of province.sites.values()) {
    const workstation = lanWorkstation(site);
    if (workstation !== undefined) names.push({ name: `pc.${site.slug}`, ipv4: addressOf(workstation.ipv4), ipv6: addressOf(workstation.ipv6) });
  }
  for (const commune of province.communes.values()) {
    names.push({ name: `${commune.slug}.${commune.unit}`, ipv4: addressOf(commune.ipv4), ipv6: addressOf(commune.ipv6) });
  }
  return names;
}

function isForeign(province: Province, one: Interface): boolean {
  return !contains(prefixOf(province.routing.bgp.announce.ipv4), prefixOf(one.ipv4));
}
