import { BFD_PROFILE } from "./bfd.ts";
import { areaLines, runsOspf, wayOut } from "./ospf.ts";
import type { Port, Router } from "./router.ts";

/** OSPFv3 (RFC 5340) on one interface, with the authentication trailer of RFC 7166 (HMAC-SHA-256). */
export function ospf6Interface(router: Router, port: Port): string[] {
  if (port.area === undefined) return [];
  if (port.passive) return [` ipv6 ospf6 area ${port.area}`, ` ipv6 ospf6 cost ${port.cost}`, " ipv6 ospf6 passive"];
  const { ospf } = router.province.routing;
  return [
    ` ipv6 ospf6 area ${port.area}`,
    ` ipv6 ospf6 authentication key-id ${ospf.authentication.keyId} hash-algo hmac-sha-256 key {{secret:${ospf.authentication.secret}}}`,
    " ipv6 ospf6 bfd",
    ` ipv6 ospf6 bfd profile ${BFD_PROFILE}`,
    ` ipv6 ospf6 cost ${port.cost}`,
    ` ipv6 ospf6 dead-interval ${ospf.deadSeconds}`,
    ` ipv6 ospf6 hello-interval ${ospf.helloSeconds}`,
    " ipv6 ospf6 network point-to-point",
    ` ipv6 ospf6 retransmit-interval ${ospf.retransmitSeconds}`,
  ];
}

export function ospf6Loopback(router: Router): string[] {
  return runsOspf(router) ? [` ipv6 ospf6 area ${router.homeArea}`, " ipv6 ospf6 passive"] : [];
}

/** The OSPFv3 process. It has no LSA throttle in 8.4; the rest is as in OSPFv2. */
export function ospf6Process(router: Router): string[] {
  if (!runsOspf(router)) return [];
  const { ospf } = router.province.routing;
  return [
    "router ospf6",
    ` ospf6 router-id ${router.id}`,
    " log-adjacency-changes",
    ` timers lsa min-arrival ${ospf.lsaMinArrivalMilliseconds}`,
    ` auto-cost reference-bandwidth ${ospf.referenceBandwidthMbps}`,
    ` timers throttle spf ${ospf.spfDelayMilliseconds.join(" ")}`,
    ...wayOut(router),
    ...areaLines(router, "ipv6"),
    "exit",
    "!",
  ];
}
