import { BFD_PROFILE } from "./bfd.ts";
import type { Host, Prefixes, Province } from "../../inventory/model.ts";
import { nthAddress, prefixOf } from "../../inventory/address.ts";
import { addressOf } from "../../inventory/reach.ts";
import type { Port, Router } from "./router.ts";

/** Route map for what OSPF takes over from the state network: its own prefix; the default comes by `default-information`. */
export const STATE_TO_OSPF = "state-to-ospf";

/** Route map for what zebra takes over from OSPF at a hub: all but what lies outside, which it has from BGP. */
const FROM_OSPF = "from-ospf";

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

/** Seconds between keepalives inside the province, and until a silent hub is given up: one that restarts is let in again that fast. */
const [KEEPALIVE_SECONDS, HOLD_SECONDS] = [3, 9];

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
 * The hubs that a hub hears of the outside from, or tells of it, by BGP inside the province: every core router speaks with all other
 * hubs, as only they have hand-offs. By OSPF alone a hub would miss the way out: ospfd takes no external route of a core router that
 * it also finds in a stub area (RFC 2328, 16.4.1), and ospf6d 8.4 lets two cores take each other's default for a way out.
 */
export function innerNeighbours(province: Province, host: Host): Host[] {
  const isHub = ({ role }: Host): boolean => role === "core" || role === "aggregation";
  if (!isHub(host)) return [];
  return [...province.hosts.values()].filter((other) => other !== host && isHub(other) && [host, other].some(({ role }) => role === "core"));
}

/** Whether bgpd has anybody to speak with. */
export function runsBgp(router: Router): boolean {
  return handoffs(router).length > 0 || isInside(router);
}

function isInside(router: Router): boolean {
  return innerNeighbours(router.province, router.host).length > 0;
}

/**
 * eBGP at the hand-off, both families over the link's own addresses: TCP MD5 (RFC 2385), GTSM (RFC 5082), BFD, and prefix lists
 * both ways (RFC 8212: nothing passes without a policy). iBGP between hubs, over loopbacks, with themselves as the next hop.
 */
export function bgpBlocks(router: Router): string[] {
  if (!runsBgp(router)) return [];
  const neighbours = handoffs(router).map(neighbourOf.bind(undefined, router));
  const inside = innerNeighbours(router.province, router.host);
  const policy = policyOf(router);
  const secret = router.province.routing.bgp.authenticationSecret;
  const families = ["ipv4", "ipv6"] as const;
  return [
    `router bgp ${policy.localAsn}`,
    ` bgp router-id ${router.id}`,
    " bgp log-neighbor-changes",
    " no bgp default ipv4-unicast",
    ...neighbours.flatMap((neighbour) => families.flatMap((family) => {
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
    ...inside.flatMap((hub) => families.flatMap((family) => {
      const address = loopbackOf(hub)[family];
      return [
        ` neighbor ${address} remote-as ${policy.localAsn}`,
        ` neighbor ${address} description ${hub.name}`,
        ` neighbor ${address} password {{secret:${secret}}}`,
        ` neighbor ${address} update-source ${router.loopback[family]}`,
        ` neighbor ${address} timers ${KEEPALIVE_SECONDS} ${HOLD_SECONDS}`,
        ` neighbor ${address} timers connect ${CONNECT_SECONDS}`,
      ];
    })),
    " !",
    ...families.flatMap((family) => [
      ` address-family ${family} unicast`,
      ...(neighbours.length > 0 ? [`  network ${policy.originates[family]}`] : []),
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
      ...inside.flatMap((hub) => {
        const address = loopbackOf(hub)[family];
        return [
          `  neighbor ${address} activate`,
          `  neighbor ${address} next-hop-self`,
          `  neighbor ${address} prefix-list ${ACCEPTED} in`,
          `  neighbor ${address} prefix-list ${ACCEPTED} out`,
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

/** Prefix lists of both directions, and the route maps between BGP and OSPF. */
export function bgpPolicies(router: Router): string[] {
  if (!runsBgp(router)) return [];
  const policy = policyOf(router);
  const { stateNetwork } = router.province.routing.bgp;
  const announced = (family: "ipv4" | "ipv6") => [policy.originates[family], ...(policy.defaultToo ? [DEFAULT[family]] : [])];
  const atHandoff = handoffs(router).length > 0;
  const inwards = router.host.role === "core";
  const lists = (keyword: "ip" | "ipv6", family: "ipv4" | "ipv6") => [
    ...list(keyword, ACCEPTED, policy.accepts[family]),
    ...(atHandoff ? list(keyword, ANNOUNCED, announced(family)) : []),
    ...(inwards ? list(keyword, STATE_NETWORK, [stateNetwork[family]]) : []),
    "!",
  ];
  return [
    ...lists("ip", "ipv4"),
    ...lists("ipv6", "ipv6"),
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
    ...(isInside(router)
      ? [
          `route-map ${FROM_OSPF} deny 10`,
          ` match ip address prefix-list ${ACCEPTED}`,
          "exit",
          "!",
          `route-map ${FROM_OSPF} deny 20`,
          ` match ipv6 address prefix-list ${ACCEPTED}`,
          "exit",
          "!",
          `route-map ${FROM_OSPF} permit 30`,
          "exit",
          "!",
          `ip protocol ospf route-map ${FROM_OSPF}`,
          `ipv6 protocol ospf6 route-map ${FROM_OSPF}`,
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

function loopbackOf(hub: Host): NonNullable<Host["loopback"]> {
  if (hub.loopback === undefined) throw new Error(`router ${hub.name} has no loopback`);
  return hub.loopback;
}

function neighbourOf(router: Router, port: Port): Neighbour {
  const far = port.link?.ends.find((end) => end.host !== router.host.name);
  if (far === undefined) throw new Error(`hand-off ${port.interface.name} of ${router.host.name} has no far end`);
  return { name: far.host, bfd: port.bfd, address: { ipv4: addressOf(far.ipv4), ipv6: addressOf(far.ipv6) } };
}
