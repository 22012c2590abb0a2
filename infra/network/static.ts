import { originated } from "./bgp.ts";
import type { Router } from "./router.ts";

/**
 * Discard routes for the prefix that BGP announces. Without them a packet to an unused address goes back and forth between core and
 * state network until its hop limit ends. For IPv4 summaries ospfd installs its own (RFC 2328, 12.4.3).
 */
export function staticRoutes(router: Router): string[] {
  const routes = originated(router).flatMap(({ ipv4, ipv6 }) => [`ip route ${ipv4} blackhole`, `ipv6 route ${ipv6} blackhole`]);
  return routes.length === 0 ? [] : [...routes, "!"];
}
