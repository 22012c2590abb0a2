/** The province's routers and links as a graph, seen from the data center. */
import type { Link, Province, Site } from "../../inventory/model.ts";
import { ROUTER_ROLES } from "../../inventory/model.ts";
import { Graph } from "./graph.ts";

/** The vertex that stands for the data center's segments, where the services are. */
export const DATA_CENTER = 0;

/**
 * Vertex 0 is the data center; every router of the province has one more. Links are edges of their own numbers; the firewalls (or,
 * where there are none, all routers of a data center) hang at vertex 0 by pairs of edges that stand for no link and never fail alone.
 *
 * The edge of the state network is no part of it: nothing that belongs to somebody else may carry what is between our own sites.
 */
export interface Network {
  readonly graph: Graph;
  /** By vertex; undefined for the data center. */
  readonly hosts: readonly (string | undefined)[];
  readonly vertexOf: ReadonlyMap<string, number>;
  /** By edge; undefined for those that stand for no link. */
  readonly links: readonly (Link | undefined)[];
  /** Offices with the vertex of their router, in the inventory's order. */
  readonly sites: readonly { readonly site: Site; readonly vertex: number }[];
  /** The routers by which the data center's segments are reached. */
  readonly gateways: readonly string[];
}

export function networkOf(province: Province): Network {
  const routers = [...province.hosts.values()].filter((host) => ROUTER_ROLES.includes(host.role) && province.sites.get(host.site)!.kind !== "external");
  const hosts = [undefined, ...routers.map(({ name }) => name)];
  const vertexOf = new Map(routers.map(({ name }, i) => [name, i + 1]));
  const within = routers.filter(({ site }) => province.sites.get(site)!.kind === "datacenter");
  const firewalls = within.filter(({ role }) => role === "firewall");
  const gateways = (firewalls.length > 0 ? firewalls : within).map(({ name }) => name);
  const edges: [number, number][] = [];
  const links: (Link | undefined)[] = [];
  for (const link of province.links.values()) {
    const [a, b] = link.ends.map(({ host }) => vertexOf.get(host));
    if (a === undefined || b === undefined) continue;
    edges.push([a, b]);
    links.push(link);
  }
  for (const gateway of gateways) {
    for (let twice = 0; twice < 2; twice++) {
      edges.push([DATA_CENTER, vertexOf.get(gateway)!]);
      links.push(undefined);
    }
  }
  const routerAt = new Map(routers.filter(({ role }) => role === "site-router").map(({ name, site }) => [site, name]));
  const sites = [...province.sites.values()].flatMap((site) => {
    const router = site.kind === "office" ? routerAt.get(site.slug) : undefined;
    return router === undefined ? [] : [{ site, vertex: vertexOf.get(router)! }];
  });
  return { graph: Graph.of(hosts.length, edges), hosts, vertexOf, links, sites, gateways };
}
