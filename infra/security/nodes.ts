/** Who can be named as the source or destination of a flow, and which packet filters decide on its way. */
import { contains, parseAddress, prefixOf } from "../../inventory/address.ts";
import { Failure } from "../../inventory/failure.ts";
import type { Host, Province, Site } from "../../inventory/model.ts";
import { addressOf, hostsOfRole, lanWorkstation } from "../../inventory/reach.ts";
import { closest } from "../../inventory/schema.ts";
import { hostAddress } from "../network/resolver.ts";
import { stateHost } from "../network/bgp.ts";
import { partOf } from "./filter.ts";
import { type Family, type Place, placeOf, placesOf } from "./places.ts";

/** Somebody with addresses: a host, the workstation of an office, a commune, or any address. */
export interface Node {
  readonly name: string;
  readonly kind: "host" | "workstation" | "commune" | "address";
  readonly address: Readonly<Partial<Record<Family, string>>>;
  readonly place: Place;
  /** The office whose router it stands behind: of a workstation, a commune or an address in their LANs. */
  readonly site?: Site;
  /** What it shares a wire with others by: segments and LANs. */
  readonly wire?: string;
}

/** Who stands for everybody else: the first address of the state network, which its edge plays in a twin. */
export const OUTSIDE = "outside";

/** All that have a name: hosts, offices' workstations by the office's slug, communes by theirs, and the outside. */
export function namedNodes(province: Province): Node[] {
  const hosts = [...province.hosts.values()].flatMap((host) => {
    const address = hostAddress(host);
    return address === undefined ? [] : [nodeAt(province, host.name, "host", address)];
  });
  const workstations = [...province.sites.values()].flatMap((site) => {
    const lan = lanWorkstation(site);
    return lan === undefined ? [] : [nodeAt(province, site.slug, "workstation", { ipv4: addressOf(lan.ipv4), ipv6: addressOf(lan.ipv6) })];
  });
  const communes = [...province.communes.values()].map((commune) =>
    nodeAt(province, commune.slug, "commune", { ipv4: addressOf(commune.ipv4), ipv6: addressOf(commune.ipv6) }));
  return [...hosts, ...workstations, ...communes, nodeAt(province, OUTSIDE, "address", stateHost(province))];
}

/**
 * The node of a name or an address. A host's further addresses stand for the host.
 * @throws Failure when nobody is called so.
 */
export function findNode(province: Province, text: string): Node {
  const nodes = namedNodes(province);
  const named = nodes.find(({ name }) => name === text);
  if (named !== undefined) return named;
  const address = parseAddress(text);
  if (address === undefined) {
    const near = closest(text, nodes.map(({ name }) => name));
    throw new Failure(`nobody is called '${text}'`, { advice: near === undefined ? "Name a host, an office, a commune, outside, or an address." : `Did you mean ${near}?` });
  }
  const family = address.family === 4 ? "ipv4" : "ipv6";
  const owner = nodes.find((node) => node.kind !== "host" && node.address[family] === text)?.name
    ?? [...province.hosts.values()].find((host) => addressesOf(host, family).includes(text))?.name;
  const kind = owner === undefined ? "address" : (nodes.find(({ name }) => name === owner)?.kind ?? "address");
  return nodeAt(province, owner ?? text, kind, { [family]: text });
}

function addressesOf(host: Host, family: Family): string[] {
  return [...host.interfaces.map((one) => addressOf(one[family])), ...(host.loopback === undefined ? [] : [host.loopback[family]])];
}

function nodeAt(province: Province, name: string, kind: Node["kind"], address: Node["address"]): Node {
  const text = (address.ipv4 ?? address.ipv6)!;
  const family = address.ipv4 === undefined ? "ipv6" : "ipv4";
  const prefix = prefixOf(`${text}/${family === "ipv4" ? 32 : 128}`);
  const holds = (prefixes: { readonly ipv4: string; readonly ipv6: string } | undefined): boolean => prefixes !== undefined && contains(prefixOf(prefixes[family]), prefix);
  const office = [...province.sites.values()].find((site) => site.kind === "office" && (holds(site.lan) || holds(site.access)));
  const segment = [...province.segments.values()].find((one) => holds(one.prefixes));
  const lan = office === undefined ? undefined : `${holds(office.access) ? "access" : "lan"} of ${office.slug}`;
  const wire = segment === undefined ? lan : `segment ${segment.name}`;
  return { name, kind, address, place: placeOf(placesOf(province), text), ...(office && { site: office }), ...(wire !== undefined && { wire }) };
}

/** A packet filter on the way, by what it does with the flow: lets it out, on, or in. */
export interface Decider {
  readonly host: string;
  readonly chain: "output" | "forward" | "input";
}

/**
 * The filters that a flow's first packet passes or may pass: of several routers that share the work (two hubs of an office, two
 * firewalls) all are named. Nobody decides between two who share a wire, but for their own hosts' filters.
 */
export function decidersOf(province: Province, from: Node, to: Node): Decider[] {
  const decides = (name: string): boolean => ours(province, province.hosts.get(name));
  const output: Decider[] = decides(from.name) ? [{ host: from.name, chain: "output" }] : [];
  const input: Decider[] = decides(to.name) ? [{ host: to.name, chain: "input" }] : [];
  const between = from.name === to.name || (from.wire !== undefined && from.wire === to.wire) ? [] : forwarders(province, from, to);
  return [...output, ...between.filter((host) => host !== from.name && host !== to.name).map((host): Decider => ({ host, chain: "forward" })), ...input];
}

function forwarders(province: Province, from: Node, to: Node): string[] {
  const routers = (node: Node): string[] => [...province.hosts.values()].filter((host) => node.site !== undefined && host.site === node.site.slug && host.role === "site-router").map(({ name }) => name);
  const hubs = (node: Node): string[] => routers(node).concat(province.hosts.get(node.name)?.role === "site-router" ? [node.name] : []).flatMap((router) => peersOf(province, router));
  const border = [from, to].some((node) => node.place.id === placesOf(province).outside.id || !isInProvince(province, node))
    ? [...province.hosts.values()].filter((host) => host.role === "core" && host.interfaces.some((one) => province.links.get(one.link ?? "")?.role === "handoff")).map(({ name }) => name) : [];
  const firewalls = [from, to].some((node) => node.wire?.startsWith("segment")) ? hostsOfRole(province, "firewall").map(({ name }) => name) : [];
  // Between the LANs of one office its router alone decides.
  if (from.site !== undefined && from.site === to.site) return routers(from);
  return [...new Set([...routers(from), ...hubs(from), ...border, ...firewalls, ...hubs(to), ...routers(to)])];
}

/** The routers of the data center at the other ends of a router's links. */
function peersOf(province: Province, router: string): string[] {
  return province.hosts.get(router)!.interfaces.flatMap((one) => {
    const peer = one.peer === undefined ? undefined : province.hosts.get(one.peer.host);
    return peer !== undefined && partOf(peer) === "hub" ? [peer.name] : [];
  });
}

function isInProvince(province: Province, node: Node): boolean {
  const host = province.hosts.get(node.name);
  return host === undefined ? node.place.id !== placesOf(province).outside.id : ours(province, host);
}

function ours(province: Province, host: Host | undefined): boolean {
  return host !== undefined && province.sites.get(host.site)?.kind !== "external";
}
