/** The places that predictions know, as addresses that packets are sent to. */
import { stateHost } from "../../../infra/network/bgp.ts";
import { hostAddress } from "../../../infra/network/resolver.ts";
import type { Province } from "../../../inventory/model.ts";
import { addressOf, hostsOfRole, lanWorkstation } from "../../../inventory/reach.ts";
import type { Family } from "../destinations.ts";
import { DATACENTER, OUTSIDE } from "../spf.ts";

/** Every office by its workstation, the data center by its first name server, the outside by a host of the state network. */
export function addressesAt(province: Province): Map<string, Readonly<Record<Family, string>>> {
  const server = hostsOfRole(province, "dns")[0];
  return new Map([
    ...[...province.sites.values()].flatMap((site): [string, Record<Family, string>][] => {
      const lan = lanWorkstation(site);
      return lan === undefined ? [] : [[site.slug, { ipv4: addressOf(lan.ipv4), ipv6: addressOf(lan.ipv6) }]];
    }),
    ...(server === undefined ? [] : [[DATACENTER, hostAddress(server)!] as const]),
    [OUTSIDE, stateHost(province)] as const,
  ]);
}
