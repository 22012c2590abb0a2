import { BFD_PROFILE } from "./bfd.ts";
import type { Prefixes, Province } from "../../inventory/model.ts";
import { nthAddress, prefixOf } from "../../inventory/address.ts";
import { addressOf } from "../../inventory/reach.ts";
import type { Port, Router } from "./router.ts";

/** Route map for what OSPF takes over from the state network: its own prefix; the default comes by `default-information`. */
export const STATE_TO_OSPF = "state-to-ospf";

const ACCEPTED = "accepted";
const ANNOUNCED = "announced";
const STATE_NETWORK = "state-network";

/** A neighbour that sends more than this is broken or hostile: two prefixes a family are expected. */
const MAXIMUM_PREFIXES = 16;
/** Minutes until a session that went over the limit is tried again. */
const RESTART_MINUTES = 5;
/**
 * Seconds between attempts to connect. The first one always fails, as the interface has no address yet when FRR reads its
 * configuration; the default of 120 would let every start last two minutes.
 */
const CONNECT_SECONDS = 1;

interface Neighbour {
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  readonly name: string;
  readonly bfd: boolean;
}

/** What a router gives and takes at the hand-off. */
interface Policy {
  readonly localAsn: number;
  readonly peerAsn: number;
  /** Prefixes that it puts into BGP; each has a discard route, so that it is there whatever OSPF knows. */
  readonly originates: Prefixes;
  readonly defaultToo: boolean;
  readonly accepts: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
}

/** Links at which another autonomous system begins. */
export function handoffs(router: Router): Port[] {
  return router.ports.filter((port) => port.link?.role === "handoff");
}

/**
 * eBGP at the hand-off, both families over the link's own addresses: TCP MD5 (RFC 2385), GTSM (RFC 5082), BFD, and prefix lists
 * both ways (RFC 8212: nothing passes without a policy).
 */
export function bgpBlocks(router: Router): string[] {
  const neighbours = handoffs(router).map(neighbourOf.bind(undefined, router));
  if (neighbours.length === 0) return [];
  const policy = policyOf(router);
  const secret = router.province.routing.bgp.authenticationSecret;
  return [
    `router bgp ${policy.localAsn}`,
    ` bgp router-id ${router.id}`,
    " bgp log-neighbor-changes",
    " no bgp default ipv4-unicast",
    ...neighbours.flatMap((neighbour) => (["ipv4", "ipv6"] as const).flatMap((family) => {
      const address = neighbour.address[family];
      return [
        ` neighbor ${address} remote-as ${policy.peerAsn}`,
        ` neighbor ${address} description ${neighbour.name}`,
        ` neighbor ${address} password {{secret:${secret}}}`,
        ...(neighbour.bfd ? [` neighbor ${address} bfd`, ` neighbor ${address} bfd profile ${BFD_PROFILE}`] : []),
        ` neighbor ${address} ttl-security hops 1`,
        ` neighbor ${address} advertisement-interval 0`,
        ` neighbor ${address} timers connect ${CONNECT_SECONDS}`,
      ];
    })),
    " !",
    ...(["ipv4", "ipv6"] as const).flatMap((family) => [
      ` address-family ${family} unicast`,
      `  network ${policy.originates[family]}`,
      ...neighbours.flatMap((neighbour) => {
        const address = neighbour.address[family];
        return [
          `  neighbor ${address} activate`,
          ...(policy.defaultToo ? [`  neighbor ${address} default-originate`] : []),
          `  neighbor ${address} prefix-list ${ACCEPTED} in`,
          `  neighbor ${address} prefix-list ${ANNOUNCED} out`,
          `  neighbor ${address} maximum-prefix ${MAXIMUM_PREFIXES} restart ${RESTART_MINUTES}`,
        ];
      }),
      " exit-address-family",
      ...(family === "ipv4" ? [" !"] : []),
    ]),
    "exit",
    "!",
  ];
}

/** The prefixes that the router puts into BGP; none away from a hand-off. */
export function originated(router: Router): Prefixes[] {
  return handoffs(router).length === 0 ? [] : [policyOf(router).originates];
}

/** Prefix lists of both directions and the route map towards OSPF. */
export function bgpPolicies(router: Router): string[] {
  if (handoffs(router).length === 0) return [];
  const policy = policyOf(router);
  const { stateNetwork } = router.province.routing.bgp;
  const announced = (family: "ipv4" | "ipv6") => [policy.originates[family], ...(policy.defaultToo ? [DEFAULT[family]] : [])];
  const inwards = router.host.role === "core";
  return [
    ...list("ip", ACCEPTED, policy.accepts.ipv4),
    ...list("ip", ANNOUNCED, announced("ipv4")),
    ...(inwards ? list("ip", STATE_NETWORK, [stateNetwork.ipv4]) : []),
    "!",
    ...list("ipv6", ACCEPTED, policy.accepts.ipv6),
    ...list("ipv6", ANNOUNCED, announced("ipv6")),
    ...(inwards ? list("ipv6", STATE_NETWORK, [stateNetwork.ipv6]) : []),
    "!",
    ...(inwards
      ? [
          `route-map ${STATE_TO_OSPF} permit 10`,
          ` match ip address prefix-list ${STATE_NETWORK}`,
          "exit",
          "!",
          `route-map ${STATE_TO_OSPF} permit 20`,
          ` match ipv6 address prefix-list ${STATE_NETWORK}`,
          "exit",
          "!",
        ]
      : []),
  ];
}

const DEFAULT = { ipv4: "0.0.0.0/0", ipv6: "::/0" } as const;

function list(keyword: "ip" | "ipv6", name: string, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix, index) => `${keyword} prefix-list ${name} seq ${(index + 1) * 10} permit ${prefix}`);
}

/** A host inside the state network, for who plays it in a twin and who wants to know whether it can be reached: the first address. */
export function stateHost(province: Province): { readonly ipv4: string; readonly ipv6: string } {
  const { ipv4, ipv6 } = province.routing.bgp.stateNetwork;
  return { ipv4: nthAddress(prefixOf(ipv4), 1), ipv6: nthAddress(prefixOf(ipv6), 1) };
}

function policyOf(router: Router): Policy {
  const { bgp } = router.province.routing;
  if (router.host.role === "state-edge") {
    return {
      localAsn: bgp.stateAsn,
      peerAsn: bgp.provinceAsn,
      originates: bgp.stateNetwork,
      defaultToo: true,
      accepts: { ipv4: [bgp.announce.ipv4], ipv6: [bgp.announce.ipv6] },
    };
  }
  return {
    localAsn: bgp.provinceAsn,
    peerAsn: bgp.stateAsn,
    originates: bgp.announce,
    defaultToo: false,
    accepts: { ipv4: [bgp.stateNetwork.ipv4, DEFAULT.ipv4], ipv6: [bgp.stateNetwork.ipv6, DEFAULT.ipv6] },
  };
}

function neighbourOf(router: Router, port: Port): Neighbour {
  const far = port.link?.ends.find((end) => end.host !== router.host.name);
  if (far === undefined) throw new Error(`hand-off ${port.interface.name} of ${router.host.name} has no far end`);
  return { name: far.host, bfd: port.bfd, address: { ipv4: addressOf(far.ipv4), ipv6: addressOf(far.ipv6) } };
}
