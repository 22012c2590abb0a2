import { BFD_PROFILE } from "./bfd.ts";
import { unlessDefault } from "./defaults.ts";
import { runsOspf, wayOut } from "./ospf.ts";
import type { Port, Router } from "./router.ts";
import { BACKBONE } from "./router.ts";

/** OSPFv3 (RFC 5340) on one interface, with the authentication trailer of RFC 7166 (HMAC-SHA-256). */
export function ospf6Interface(router: Router, port: Port): string[] {
  if (port.area === undefined) return [];
  if (port.passive) return [` ipv6 ospf6 area ${port.area}`, ` ipv6 ospf6 cost ${port.cost}`, " ipv6 ospf6 passive"];
  const { ospf } = router.province.routing;
  return [
    ` ipv6 ospf6 area ${port.area}`,
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
    ...unlessDefault(" timers lsa min-arrival", ospf.lsaMinArrivalMilliseconds, 1000),
    ...unlessDefault(" auto-cost reference-bandwidth", ospf.referenceBandwidthMbps, 100_000),
    ...unlessDefault(" timers throttle spf", ospf.spfDelayMilliseconds.join(" "), "0 50 5000"),
    ...wayOut(router),
    ...summaries(router),
    "exit",
    "!",
  ];
}

/**
 * Summaries only: no area is a stub in OSPFv3. A border router must not use what another one announces into a common area
 * (RFC 2328, 16.2, which RFC 5340 keeps), but ospf6d does: of two border routers one takes the other's default for the stub
 * area as its own way out, announces it to the backbone, and packets circle. In plain areas every such route is known to both
 * within an area, and that one wins.
 */
function summaries(router: Router): string[] {
  if (!router.borders) return [];
  return router.areas
    .filter((area) => area.id !== BACKBONE)
    .flatMap((area) => (area.summaries ?? []).map((summary) => ` area ${area.id} range ${summary.ipv6}`));
}
