/** How hosts are reached and who stands on the LANs: what every environment works out from the model in the same way. */
import { formatPrefix, nthAddress, parseCidr, prefixOf } from "./address.ts";
import type { Environment, Host, HostRole, Ipv4Cidr, Prefixes, Province, Site } from "./model.ts";
import { addressesAt, cidrsAt, managementIndex } from "./plan.ts";

/** A host's out-of-band address in an environment, without prefix length. */
export function managementAddress(environment: Environment, host: Host): string {
  return environment.addresses[host.name] ?? nthAddress(prefixOf(environment.managementPrefix), managementIndex(host.number));
}

/** The operator's own out-of-band address, without prefix length: the first of the management prefix. */
export function operatorAddress(environment: Environment): string {
  return nthAddress(prefixOf(environment.managementPrefix), 1);
}

/** An out-of-band address with the prefix length of the management network, as an interface takes it. */
export function managementCidr(environment: Environment, address: string): Ipv4Cidr {
  return `${address}/${prefixOf(environment.managementPrefix).length}`;
}

/**
 * The hosts that are ours to start or to configure in an environment: all in a twin, which stands for the world; in an
 * environment of real hosts none at external sites, which belong to somebody else.
 */
export function bootedHosts(province: Province, environment: Environment): readonly Host[] {
  return [...province.hosts.values()].filter(
    (host) => environment.kind === "twin" || province.sites.get(host.site)!.kind !== "external",
  );
}

/** The hosts of a role in their order of preference, then of their numbers. */
export function hostsOfRole(province: Province, role: HostRole): readonly Host[] {
  return [...province.hosts.values()]
    .filter((host) => host.role === role)
    .sort((a, b) => a.rank - b.rank || a.number - b.number);
}

/** An endpoint that only sends traffic: its addresses with prefix length, and its default gateways without. */
export interface Endpoint extends Prefixes {
  readonly gateway: { readonly ipv4: string; readonly ipv6: string };
}

/** The workstation that stands for all of an office's: the second address of its LAN. Undefined for other sites. */
export function lanWorkstation(site: Site): Endpoint | undefined {
  return site.kind !== "office" ? undefined : site.lan && { ...cidrsAt(site.lan, 2), gateway: addressesAt(site.lan, 1) };
}

/** Where a site's communes send what is not local: its router's address on the access LAN. Undefined without one. */
export function accessGateway(site: Site): Endpoint["gateway"] | undefined {
  return site.access && addressesAt(site.access, 1);
}

/** An interface's or endpoint's address without its prefix length: `10.41.1.1/24` → `10.41.1.1`. */
export function addressOf(cidr: string): string {
  return cidr.slice(0, cidr.indexOf("/"));
}

/** The subnet that an interface's address lies in: `10.41.1.1/24` → `10.41.1.0/24`. Throws an Error for other texts. */
export function subnetOf(cidr: string): string {
  const prefix = parseCidr(cidr);
  if (prefix === undefined) throw new Error(`not an address with a prefix length: ${cidr}`);
  return formatPrefix(prefix);
}
