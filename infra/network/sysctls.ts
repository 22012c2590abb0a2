import type { Router } from "./router.ts";

/** The out-of-band interface that every host has in every environment. */
export const MANAGEMENT_INTERFACE = "mgmt0";

/**
 * The kernel as a router.
 *
 * - `all` stands before the single interfaces: writing `conf.all.forwarding` resets each of them.
 * - Reverse-path filtering is off: at a site with two uplinks the way back may differ (RFC 8704); the filter per site that
 *   replaces it belongs to the security layer. systemd sets it to 2 on every interface, so every interface is named.
 * - Redirects are sent when either `all` or the interface allows them, so again every interface is named.
 * - OSPF joins a group on every link through one socket, and the kernel allows 20 of them: past that the adjacency stays down
 *   with only a line in the log.
 * - IPv6 has no forwarding switch that acts per interface; the management table of the filter keeps transit out of both families.
 */
export function sysctls(router: Router): Record<string, string> {
  const settings: Record<string, string> = {
    "net.ipv4.conf.all.forwarding": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.conf.all.accept_redirects": "0",
    "net.ipv4.conf.all.ignore_routes_with_linkdown": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.default.ignore_routes_with_linkdown": "1",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv4.conf.default.send_redirects": "0",
    "net.ipv6.conf.all.accept_ra": "0",
    "net.ipv6.conf.all.accept_redirects": "0",
    "net.ipv6.conf.all.ignore_routes_with_linkdown": "1",
    "net.ipv6.conf.all.keep_addr_on_down": "1",
    "net.ipv6.conf.default.accept_ra": "0",
    "net.ipv6.conf.default.ignore_routes_with_linkdown": "1",
    "net.ipv4.fib_multipath_hash_policy": "1",
    "net.ipv6.fib_multipath_hash_policy": "1",
    "net.ipv4.igmp_max_memberships": "1024",
  };
  for (const { interface: one } of router.ports) {
    settings[`net.ipv4.conf.${one.name}.rp_filter`] = "0";
    settings[`net.ipv4.conf.${one.name}.send_redirects`] = "0";
  }
  settings[`net.ipv4.conf.${MANAGEMENT_INTERFACE}.forwarding`] = "0";
  settings[`net.ipv6.conf.${MANAGEMENT_INTERFACE}.forwarding`] = "0";
  return settings;
}
