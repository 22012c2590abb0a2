import type { HostFile } from "../host/intent.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { addressOf, hostsOfRole } from "../../inventory/reach.ts";

export const RESOLVER_PATH = "/etc/resolv.conf";

/** The address at which the province knows a host: a router by its loopback, a server by its first interface. */
export function hostAddress(host: Host): { readonly ipv4: string; readonly ipv6: string } | undefined {
  const first = host.interfaces[0];
  return host.loopback ?? (first === undefined ? undefined : { ipv4: addressOf(first.ipv4), ipv6: addressOf(first.ipv6) });
}

/**
 * How every host of the province finds names: the DNS servers in order of rank, over IPv4 (the C library uses at most three
 * servers, resolv.conf(5)). The timeout is short, so that one server's loss is hardly felt.
 */
export function resolverFile(province: Province): HostFile {
  const servers = hostsOfRole(province, "dns").flatMap((host) => hostAddress(host)?.ipv4 ?? []);
  const lines = [
    `search ${province.services.dns.zone}`,
    ...servers.slice(0, 3).map((address) => `nameserver ${address}`),
    "options timeout:1 attempts:2",
  ];
  return { content: `${lines.join("\n")}\n` };
}
