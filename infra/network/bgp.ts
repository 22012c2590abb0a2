import { BFD_PROFILE } from "./bfd.ts";
import type { Host, Prefixes, Province } from "../../inventory/model.ts";
import { nthAddress, prefixOf } from "../../inventory/address.ts";
import { FAMILIES, type Family } from "../../inventory/plan.ts";
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

/** The other side of a session in each family, and what is said of it besides what is said of all. */
interface Neighbour {
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  readonly name: string;
  readonly asn: number;
  /** How the session is kept. */
  readonly session: (family: Family) => readonly string[];
  /** What the session's routes are given. */
  readonly routes: readonly string[];
  /** Prefix list of what it is told. */
  readonly told: string;
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
  const policy = policyOf(router);
  const neighbours = [
    ...handoffs(router).map((port) => atHandoff(router, policy, port)),
    ...innerNeighbours(router.province, router.host).map((hub) => inside(router, policy, hub)),
  ];
  const secret = router.province.routing.bgp.authenticationSecret;
  return [
    `router bgp ${policy.localAsn}`,
    ` bgp router-id ${router.id}`,
    " bgp log-neighbor-changes",
    " no bgp default ipv4-unicast",
    ...neighbours.flatMap(({ address, name, asn, session }) => FAMILIES.flatMap((family) => [
      `remote-as ${asn}`,
      `description ${name}`,
      `password {{secret:${secret}}}`,
      ...session(family),
      `timers connect ${CONNECT_SECONDS}`,
    ].map((line) => ` neighbor ${address[family]} ${line}`))),
    " !",
    ...FAMILIES.flatMap((family) => [
      ` address-family ${family} unicast`,
      ...originated(router).map((prefixes) => `  network ${prefixes[family]}`),
      ...neighbours.flatMap(({ address, routes, told }) => [
        "activate",
        ...routes,
        `prefix-list ${ACCEPTED} in`,
        `prefix-list ${told} out`,
        `maximum-prefix ${MAXIMUM_PREFIXES} restart ${RESTART_MINUTES}`,
      ].map((line) => `  neighbor ${address[family]} ${line}`)),
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
  const announces = handoffs(router).length > 0;
  const inwards = router.host.role === "core";
  const lists = (keyword: "ip" | "ipv6", family: "ipv4" | "ipv6") => [
    ...list(keyword, ACCEPTED, policy.accepts[family]),
    ...(announces ? list(keyword, ANNOUNCED, announced(family)) : []),
    ...(inwards ? list(keyword, STATE_NETWORK, [stateNetwork[family]]) : []),
    "!",
  ];
  return [
    ...lists("ip", "ipv4"),
    ...lists("ipv6", "ipv6"),
    ...(inwards ? routeMap(STATE_TO_OSPF, "permit", STATE_NETWORK) : []),
    ...(isInside(router)
      ? [
          ...routeMap(FROM_OSPF, "deny", ACCEPTED),
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

/** The entries 10 and 20 of a route map: what is in a prefix list, of either family. */
function routeMap(name: string, action: "permit" | "deny", prefixList: string): string[] {
  return ["ip", "ipv6"].flatMap((keyword, i) => [`route-map ${name} ${action} ${(i + 1) * 10}`, ` match ${keyword} address prefix-list ${prefixList}`, "exit", "!"]);
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

function inside(router: Router, { localAsn }: Policy, hub: Host): Neighbour {
  return {
    name: hub.name,
    address: loopbackOf(hub),
    asn: localAsn,
    session: (family) => [`update-source ${router.loopback[family]}`, `timers ${KEEPALIVE_SECONDS} ${HOLD_SECONDS}`],
    routes: ["next-hop-self"],
    told: ACCEPTED,
  };
}

function atHandoff(router: Router, { peerAsn, defaultToo }: Policy, port: Port): Neighbour {
  const far = port.link?.ends.find((end) => end.host !== router.host.name);
  if (far === undefined) throw new Error(`hand-off ${port.interface.name} of ${router.host.name} has no far end`);
  return {
    name: far.host,
    address: { ipv4: addressOf(far.ipv4), ipv6: addressOf(far.ipv6) },
    asn: peerAsn,
    session: () => [...(port.bfd ? ["bfd", `bfd profile ${BFD_PROFILE}`] : []), "ttl-security hops 1", "advertisement-interval 0"],
    routes: defaultToo ? ["default-originate"] : [],
    told: ANNOUNCED,
  };
}
