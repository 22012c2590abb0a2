import { originated } from "./bgp.ts";
import { BACKBONE } from "./router.ts";
import type { Router } from "./router.ts";

/**
 * Discard routes. Without them a packet to an unused address goes back the way it came until its hop limit ends:
 * - between core and state network, for the prefix that BGP announces;
 * - between the two border routers of an area, for its IPv6 summary: ospf6d 8.4 installs none and takes the other's summary
 *   as a route. ospfd installs its own for IPv4 (RFC 2328, 12.4.3).
 */
export function staticRoutes(router: Router): string[] {
  const summaries = router.borders ? router.areas.filter((area) => area.id !== BACKBONE).flatMap((area) => area.summaries ?? []) : [];
  const routes = [
    ...originated(router).flatMap(({ ipv4, ipv6 }) => [`ip route ${ipv4} blackhole`, `ipv6 route ${ipv6} blackhole`]),
    ...summaries.map(({ ipv6 }) => `ipv6 route ${ipv6} blackhole`),
  ];
  return routes.length === 0 ? [] : [...routes, "!"];
}
