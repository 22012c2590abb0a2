/** The packet filter of one host as nftables reads it: the matrix once, in sets and maps, and the chains that ask them. */
import type { Environment, Host, PolicyRule, Province } from "../../inventory/model.ts";
import { operatorAddress } from "../../inventory/reach.ts";
import { type Block, blocksOf, expiryOf, type Passage, passages, passagesOf } from "./matrix.ts";
import { neighbourRules, neighbourWires, type Wire } from "./neighbours.ts";
import { pairSets } from "./pairs.ts";
import { formatRange, placesOf } from "./places.ts";
import { type Edge, edgesOf } from "./spoofing.ts";

export const TABLE = "egov_security";

/** The out-of-band interface that every host has in every environment. */
const MANAGEMENT_INTERFACE = "mgmt0";

/** Why a packet was dropped; each has a counter `drop_<reason>` in the table. */
export const DROP_REASONS = ["policy", "spoof", "flood", "limit", "invalid"] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** Sources that one filter keeps account of at the same time; later ones go unlimited rather than undelivered. */
const SOURCES = 65_536;
/** A source that has been quiet for so long is forgotten. */
const FORGET_SECONDS = 60;

const FAMILIES = ["ipv4", "ipv6"] as const;
const KEYWORD = { ipv4: "ip", ipv6: "ip6" } as const;
const TYPE = { ipv4: "ipv4_addr", ipv6: "ipv6_addr" } as const;
const DIGIT = { ipv4: "4", ipv6: "6" } as const;

const drop = (reason: DropReason): string => `counter name "drop_${reason}" drop`;

/** Neighbour discovery and listeners' reports (RFC 4890, 4.4.1): without them IPv6 has no link. */
const LINK_ICMPV6 = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } accept";
/** Errors that connections live on, such as a path's MTU (RFC 4890, 4.3.1). */
const ERRORS = [
  "icmp type { destination-unreachable, time-exceeded, parameter-problem } accept",
  "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept",
];
const STATES = ["ct state established,related accept", `ct state invalid ${drop("invalid")}`];

/** What a host does with packets of others. */
type Part = "hub" | "gate" | "server";

export function partOf(host: Host): Part {
  if (host.role === "core" || host.role === "aggregation") return "hub";
  return host.role === "firewall" || host.role === "site-router" ? "gate" : "server";
}

/** The whole file: it replaces its own table in one transaction, and no other's. */
export function filterFile(province: Province, environment: Environment, host: Host): string {
  const part = partOf(host);
  const edges = part === "server" ? [] : edgesOf(province, host);
  const wires = neighbourWires(province, host);
  const exceptions = province.security.policy.filter((rule) => rule.exception === true);
  const lines = [
    ...DROP_REASONS.flatMap((reason) => [`counter drop_${reason} {`, "}"]),
    ...placeMaps(province),
    ...policySets("flows", "pings", passages(province), province),
    ...exceptions.flatMap((rule, i) => policySets(`flows_${i + 1}`, `pings_${i + 1}`, passagesOf(province, rule), province)),
    ...(part === "hub" ? pairSets(province) : limitSets()),
    ...addressSets("sources", edges),
    ...addressSets("wires", wires),
    ...chain("prerouting", [...edgeRules(edges), ...(part === "hub" ? ["fib daddr type unicast notrack"] : [])], "type filter hook prerouting priority raw; policy accept;"),
    ...classify(),
    ...chain("matrix", matrixRules(province, exceptions)),
    ...(part === "hub" ? [] : chain("limits", limitRules(province))),
    ...(wires.length === 0 ? [] : chain("neighbours", neighbourRules(province, host, "input"))),
    ...chain("input", inputRules(environment, wires, part), "type filter hook input priority filter; policy drop;"),
    ...chain("forward", forwardRules(part), "type filter hook forward priority filter; policy drop;"),
    ...chain("output", outputRules(province, environment, host), "type filter hook output priority filter; policy drop;"),
  ];
  // Naming a table before deleting it lets the file be loaded again.
  return [`table inet ${TABLE}`, `delete table inet ${TABLE}`, `table inet ${TABLE} {`, ...lines.map((line) => `\t${line}`), "}", ""].join("\n");
}

function chain(name: string, rules: readonly string[], hook?: string): string[] {
  if (hook !== undefined && name === "prerouting" && rules.length === 0) return [];
  return [`chain ${name} {`, ...(hook === undefined ? [] : [`\t${hook}`]), ...rules.map((rule) => `\t${rule}`), "}"];
}

function set(kind: "set" | "map", name: string, type: string, elements: readonly string[]): string[] {
  if (elements.length === 0) return [`${kind} ${name} {`, `\ttype ${type}; flags interval`, "}"];
  return [`${kind} ${name} {`, `\ttype ${type}; flags interval`, "\telements = {", ...elements.map((one) => `\t\t${one},`), "\t}", "}"];
}

/** From addresses to places, the only lists of addresses that the matrix needs. */
function placeMaps(province: Province): string[] {
  const { ranges } = placesOf(province);
  return FAMILIES.flatMap((family) =>
    set("map", `places${DIGIT[family]}`, `${TYPE[family]} : mark`, ranges[family].map((range) => `${formatRange(family, range)} : ${range.place.id}`)));
}

function policySets(flows: string, pings: string, all: readonly Passage[], province: Province): string[] {
  const blocks = blocksOf(all, placesOf(province).all);
  const span = ([first, last]: Block["from"]): string => (first === last ? `${first}` : `${first}-${last}`);
  const ports = ({ first, last }: Block["ports"]): string => (first === last ? `${first}` : `${first}-${last}`);
  return [
    ...set("set", flows, "mark . mark . inet_proto . inet_service", blocks.filter((block) => block.ports.protocol !== "icmp")
      .map((block) => `${span(block.from)} . ${span(block.to)} . ${block.ports.protocol} . ${ports(block.ports)}`)),
    ...set("set", pings, "mark . mark", blocks.filter((block) => block.ports.protocol === "icmp").map((block) => `${span(block.from)} . ${span(block.to)}`)),
  ];
}

/** Places as marks: the source's on the packet, the destination's on the connection. What lies in no range stays 0, the outside. */
function classify(): string[] {
  return chain("classify", [
    "meta mark set 0",
    ...FAMILIES.map((family) => `meta mark set ${KEYWORD[family]} saddr map @places${DIGIT[family]}`),
    ...FAMILIES.map((family) => `ct mark set ${KEYWORD[family]} daddr map @places${DIGIT[family]}`),
  ]);
}

/** Exceptions first, for as long as they hold; then what the matrix accepts. Whoever comes back from here is dropped. */
function matrixRules(province: Province, exceptions: readonly PolicyRule[]): string[] {
  const ask = (condition: string, flows: string, pings: string, verdict: string): string[] => [
    `${condition}meta mark . ct mark . meta l4proto . th dport @${flows} ${verdict}`,
    `${condition}icmp type echo-request meta mark . ct mark @${pings} ${verdict}`,
    `${condition}icmpv6 type echo-request meta mark . ct mark @${pings} ${verdict}`,
  ];
  return [
    ...exceptions.flatMap((rule, i) =>
      // Nanoseconds since 1970, which no clock's time zone can bend.
      ask(`meta time < ${expiryOf(province, rule)}000000000 `, `flows_${i + 1}`, `pings_${i + 1}`, rule.action === "accept" ? "accept" : drop("policy"))),
    ...ask("", "flows", "pings", "accept"),
    drop("policy"),
  ];
}

function limitSets(): string[] {
  return FAMILIES.flatMap((family) => [
    `set rate${DIGIT[family]} {`, `\ttype ${TYPE[family]}; size ${SOURCES}; flags dynamic,timeout; timeout ${FORGET_SECONDS}s`, "}",
    `set open${DIGIT[family]} {`, `\ttype ${TYPE[family]}; size ${SOURCES}; flags dynamic`, "}",
  ]);
}

/** A host picks any address of its /64, so that in IPv6 the /64 is the source. */
function limitRules(province: Province): string[] {
  const { exempt, newConnectionsPerSecond, burst, connectionsPerSource } = province.security.limits;
  const free = placesOf(province).all.filter((place) => exempt.includes(place.zone)).map((place) => place.id);
  const key = { ipv4: "ip saddr", ipv6: "ip6 saddr & ffff:ffff:ffff:ffff::" } as const;
  return [
    ...(free.length === 0 ? [] : [`meta mark { ${free.join(", ")} } return`]),
    ...FAMILIES.map((family) => `update @rate${DIGIT[family]} { ${key[family]} limit rate over ${newConnectionsPerSecond}/second burst ${burst} packets } ${drop("flood")}`),
    ...FAMILIES.map((family) => `add @open${DIGIT[family]} { ${key[family]} ct count over ${connectionsPerSource} } ${drop("limit")}`),
  ];
}

/** Which source addresses belong to which interface. */
function addressSets(name: string, interfaces: readonly Wire[]): string[] {
  if (interfaces.length === 0) return [];
  return FAMILIES.flatMap((family) => set("set", `${name}${DIGIT[family]}`, `ifname . ${TYPE[family]}`,
    interfaces.flatMap((one) => one.sources[family].map((source) => `"${one.interface}" . ${source}`))));
}

function edgeRules(edges: readonly Edge[]): string[] {
  const byWithin = Map.groupBy(edges, (edge) => edge.within);
  return [...byWithin].flatMap(([within, same]) => FAMILIES.map((family) => {
    const interfaces = same.map((edge) => `"${edge.interface}"`).join(", ");
    const only = within === undefined ? `meta nfproto ${family}` : `${KEYWORD[family]} saddr ${within[family]}`;
    return `iifname { ${interfaces} } ${only} iifname . ${KEYWORD[family]} saddr != @sources${DIGIT[family]} ${drop("spoof")}`;
  }));
}

/** The operator comes in by SSH on the out-of-band interface; nothing else does. Stateless, so that a first load cuts nobody off. */
function operatorRules(environment: Environment, direction: "input" | "output"): string[] {
  const operator = operatorAddress(environment);
  const { port } = environment.ssh;
  return direction === "input"
    ? [`iifname "${MANAGEMENT_INTERFACE}" ip saddr ${operator} tcp dport ${port} accept`, `iifname "${MANAGEMENT_INTERFACE}" ${drop("policy")}`]
    : [`oifname "${MANAGEMENT_INTERFACE}" ip daddr ${operator} tcp sport ${port} accept`, `oifname "${MANAGEMENT_INTERFACE}" ${drop("policy")}`];
}

function inputRules(environment: Environment, wires: readonly Wire[], part: Part): string[] {
  return [
    'iifname "lo" accept',
    LINK_ICMPV6,
    ...operatorRules(environment, "input"),
    ...(wires.length === 0 ? [] : FAMILIES.map((family) => `iifname . ${KEYWORD[family]} saddr @wires${DIGIT[family]} jump neighbours`)),
    ...STATES,
    "jump classify",
    ...(part === "hub" ? [] : ["jump limits"]),
    "goto matrix",
  ];
}

/**
 * A gate knows connections, since all of a site's traffic, or of a segment's, passes one of it. Hubs share theirs and may see one
 * direction only: there each packet is asked for itself whether its zones have anything to say to each other.
 */
function forwardRules(part: Part): string[] {
  if (part === "server") return [];
  if (part === "gate") return [...STATES, "jump classify", "jump limits", "goto matrix"];
  return [
    ...ERRORS,
    "meta mark set 0",
    ...FAMILIES.map((family) => `meta mark set ${KEYWORD[family]} saddr map @places${DIGIT[family]}`),
    ...FAMILIES.map((family) => `meta mark . ${KEYWORD[family]} daddr @pairs${DIGIT[family]} accept`),
    drop("policy"),
  ];
}

function outputRules(province: Province, environment: Environment, host: Host): string[] {
  return [
    'oifname "lo" accept',
    LINK_ICMPV6,
    ...operatorRules(environment, "output"),
    ...neighbourRules(province, host, "output"),
    "ip protocol igmp accept",
    ...ERRORS,
    ...STATES,
    "jump classify",
    "goto matrix",
  ];
}

