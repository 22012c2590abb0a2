import { BFD_PROFILE } from "./bfd.ts";
import { STATE_TO_OSPF } from "./bgp.ts";
import { unlessDefault } from "./defaults.ts";
import type { Port, Router } from "./router.ts";
import { BACKBONE } from "./router.ts";

/** Metric of what comes from the state network; type 1, so that the nearer core router wins. */
export const EXTERNAL_METRIC = 10;

/**
 * OSPFv2 (RFC 2328) on one interface.
 *
 * Authentication is keyed MD5, the strongest that ospfd 8.4 has (HMAC-SHA of RFC 5709 came with 9.0).
 * `ip ospf bfd` stands before its profile: the other way round the profile is lost.
 */
export function ospfInterface(router: Router, port: Port): string[] {
  if (port.area === undefined) return [];
  if (port.passive) return [` ip ospf area ${port.area}`, ` ip ospf cost ${port.cost}`, " ip ospf passive"];
  const { ospf } = router.province.routing;
  return [
    ` ip ospf area ${port.area}`,
    " ip ospf authentication message-digest",
    ...(port.bfd ? [" ip ospf bfd", ` ip ospf bfd profile ${BFD_PROFILE}`] : []),
    ` ip ospf cost ${port.cost}`,
    ...unlessDefault(" ip ospf dead-interval", ospf.deadSeconds, 40),
    ...unlessDefault(" ip ospf hello-interval", ospf.helloSeconds, 10),
    ` ip ospf message-digest-key ${ospf.authentication.keyId} md5 {{secret:${ospf.authentication.secret}}}`,
    " ip ospf network point-to-point",
    ...unlessDefault(" ip ospf retransmit-interval", ospf.retransmitSeconds, 5),
  ];
}

export function ospfLoopback(router: Router): string[] {
  return runsOspf(router) ? [` ip ospf area ${router.homeArea}`, " ip ospf passive"] : [];
}

/** The edge of the state network takes no part in the province's OSPF. */
export function runsOspf(router: Router): boolean {
  return router.areas.length > 0;
}

/** The OSPFv2 process: timers, stub areas and their summaries, and on the cores the way out. */
export function ospfProcess(router: Router): string[] {
  if (!runsOspf(router)) return [];
  const { ospf } = router.province.routing;
  return [
    "router ospf",
    ` ospf router-id ${router.id}`,
    " log-adjacency-changes",
    ...unlessDefault(" auto-cost reference-bandwidth", ospf.referenceBandwidthMbps, 100_000),
    ...unlessDefault(" timers throttle spf", ospf.spfDelayMilliseconds.join(" "), "0 50 5000"),
    ...unlessDefault(" timers throttle lsa all", ospf.lsaThrottleMilliseconds, 5000),
    ...unlessDefault(" timers lsa min-arrival", ospf.lsaMinArrivalMilliseconds, 1000),
    ...wayOut(router),
    ...areaLines(router),
    "exit",
    "!",
  ];
}

/**
 * What core routers tell those who speak no BGP. The default comes in only while BGP gives one (`originate` without `always`): from
 * the router's own hand-off, or else from another core router.
 */
export function wayOut(router: Router): string[] {
  if (router.host.role !== "core") return [];
  return [
    ` redistribute bgp metric ${EXTERNAL_METRIC} metric-type 1 route-map ${STATE_TO_OSPF}`,
    ` default-information originate metric ${EXTERNAL_METRIC} metric-type 1`,
  ];
}

/** Stub areas and summaries. Only a border router keeps other areas' routes out (`no-summary`) and summarises. */
function areaLines(router: Router): string[] {
  return router.areas
    .filter((area) => area.id !== BACKBONE)
    .flatMap((area) => [
      ...(area.stub === "totally" ? [` area ${area.id} stub${router.borders ? " no-summary" : ""}`] : []),
      ...(router.borders ? (area.summaries ?? []).map((summary) => ` area ${area.id} range ${summary}`) : []),
    ]);
}
