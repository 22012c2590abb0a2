import { BFD_PROFILE } from "./bfd.ts";
import { unlessDefault } from "./defaults.ts";
import { runsOspf, wayOut } from "./ospf.ts";
import type { Port, Router } from "./router.ts";
import { BACKBONE } from "./router.ts";

/**
 * OSPFv3 has one area for all. Between areas ospf6d 8.4 fails when it matters: after a failure it goes on sending over next hops that
 * are gone, it sometimes never announces an area's prefixes to the backbone, and of two border routers one takes the other's default
 * for its own way out. Inside an area it does none of that, and a province's routers are few enough for one.
 */
export const OSPF6_AREA = BACKBONE;

/** OSPFv3 (RFC 5340) on one interface, with the authentication trailer of RFC 7166 (HMAC-SHA-256). */
export function ospf6Interface(router: Router, port: Port): string[] {
  if (port.area === undefined) return [];
  if (port.passive) return [` ipv6 ospf6 area ${OSPF6_AREA}`, ` ipv6 ospf6 cost ${port.cost}`, " ipv6 ospf6 passive"];
  const { ospf } = router.province.routing;
  return [
    ` ipv6 ospf6 area ${OSPF6_AREA}`,
    ` ipv6 ospf6 authentication key-id ${ospf.authentication.keyId} hash-algo hmac-sha-256 key {{secret:${ospf.authentication.secret}}}`,
    ...(port.bfd ? [" ipv6 ospf6 bfd", ` ipv6 ospf6 bfd profile ${BFD_PROFILE}`] : []),
    ` ipv6 ospf6 cost ${port.cost}`,
    ...unlessDefault(" ipv6 ospf6 dead-interval", ospf.deadSeconds, 40),
    ...unlessDefault(" ipv6 ospf6 hello-interval", ospf.helloSeconds, 10),
    " ipv6 ospf6 network point-to-point",
    ...unlessDefault(" ipv6 ospf6 retransmit-interval", ospf.retransmitSeconds, 5),
  ];
}

export function ospf6Loopback(router: Router): string[] {
  return runsOspf(router) ? [` ipv6 ospf6 area ${OSPF6_AREA}`, " ipv6 ospf6 passive"] : [];
}

/** The OSPFv3 process. It has no LSA throttle in 8.4; the rest is as in OSPFv2. */
export function ospf6Process(router: Router): string[] {
  if (!runsOspf(router)) return [];
  const { ospf } = router.province.routing;
  return [
    "router ospf6",
    ` ospf6 router-id ${router.id}`,
    " log-adjacency-changes",
    ...unlessDefault(" timers lsa min-arrival", ospf.lsaMinArrivalMilliseconds, 1000),
    ...unlessDefault(" auto-cost reference-bandwidth", ospf.referenceBandwidthMbps, 100_000),
    ...unlessDefault(" timers throttle spf", ospf.spfDelayMilliseconds.join(" "), "0 50 5000"),
    ...wayOut(router),
    "exit",
    "!",
  ];
}
