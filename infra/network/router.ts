/** What the sections of a router's configuration have in common: the host seen with its areas, links and costs. */

import type { Area, Host, Interface, Link, Province } from "../../inventory/model.ts";
import { ROUTER_ROLES } from "../../inventory/model.ts";

/** OSPF's backbone (RFC 2328, 3.1). */
export const BACKBONE = "0.0.0.0";

/** An interface of a router, with what its place in the province makes of it. */
export interface Port {
  readonly interface: Interface;
  /** For interfaces of kind `link`. */
  readonly link?: Link;
  /** OSPF area, dotted; absent at the hand-off, where OSPF does not run. */
  readonly area?: string;
  /** OSPF announces the prefix but seeks no neighbour: LANs, accesses and segments. */
  readonly passive: boolean;
  /** BFD watches the link. */
  readonly bfd: boolean;
  /** OSPF cost, 1 to 65535. */
  readonly cost: number;
}

export interface Router {
  readonly province: Province;
  readonly host: Host;
  /** Loopback, IPv4; also the router id. */
  readonly id: string;
  readonly loopback: { readonly ipv4: string; readonly ipv6: string };
  readonly ports: readonly Port[];
  /** The area that the loopback belongs to. */
  readonly homeArea: string;
  /** Areas that the router takes part in, in the inventory's order. */
  readonly areas: readonly Area[];
  /** Whether it joins the backbone to another area. */
  readonly borders: boolean;
}

/** Whether FRR runs on the host. */
export function isRouter(host: Host): boolean {
  return ROUTER_ROLES.includes(host.role);
}

/** The province's own routers: all but the edge of the state network, which belongs to somebody else. */
export function provinceRouters(province: Province): Router[] {
  return [...province.hosts.values()].filter((host) => isRouter(host) && host.role !== "state-edge").map((host) => routerOf(province, host));
}

/** The routers of the state network that stand at the hand-off. */
export function stateEdges(province: Province): Router[] {
  return [...province.hosts.values()].filter((host) => host.role === "state-edge").map((host) => routerOf(province, host));
}

/** The host seen as a router. The loader has made sure of the loopback, the links and the areas. */
export function routerOf(province: Province, host: Host): Router {
  const loopback = host.loopback;
  if (loopback === undefined) throw new Error(`router ${host.name} has no loopback`);
  const named = new Set(host.interfaces.flatMap((one) => (one.link === undefined ? [] : (province.links.get(one.link)?.area ?? []))));
  const areas = province.routing.areas.filter((area) => named.has(area.name));
  const onBackbone = areas.some((area) => area.id === BACKBONE);
  const homeArea = onBackbone ? BACKBONE : (areas[0]?.id ?? BACKBONE);
  return {
    province,
    host,
    id: loopback.ipv4,
    loopback,
    ports: host.interfaces.map((one) => portOf(province, host, one, homeArea)),
    homeArea,
    areas,
    borders: onBackbone && areas.length > 1,
  };
}

function portOf(province: Province, host: Host, one: Interface, homeArea: string): Port {
  if (one.kind !== "link") {
    // The edge of the state network takes no part in the province's OSPF.
    const area = host.role === "state-edge" ? {} : { area: homeArea };
    return { interface: one, ...area, passive: true, bfd: false, cost: passiveCost(host, one) };
  }
  const link = one.link === undefined ? undefined : province.links.get(one.link);
  if (link === undefined) throw new Error(`interface ${one.name} of ${host.name} names no link of the province`);
  const area = areaId(province, link);
  return { interface: one, link, ...(area === undefined ? {} : { area }), passive: false, bfd: hasBfd(province, link), cost: link.cost };
}

/** Whether BFD watches the link. */
export function hasBfd(province: Province, link: Link): boolean {
  return province.routing.bfd.linkRoles.includes(link.role);
}

/** The link's OSPF area as OSPF writes it; undefined at a hand-off. */
export function areaId(province: Province, link: Link): string | undefined {
  return province.routing.areas.find((area) => area.name === link.area)?.id;
}

/**
 * Segments cost more on the firewall that VRRP keeps in reserve, so that traffic into a segment arrives where traffic out
 * of it leaves: a stateful filter must see both directions. The step outweighs every difference between links of the data center.
 */
function passiveCost(host: Host, one: Interface): number {
  return one.kind === "segment" ? 1 + (host.rank - 1) * 1000 : 1;
}

/**
 * Links with a capacity that somebody rents out: uplinks and the hand-off. A cable inside the data center is not one; it runs
 * at ten times the sum of what the uplinks bring, so that a queue on it never fills and shaping would only cost processor time.
 */
export function isWan(link: Link): boolean {
  return link.role !== "core";
}
