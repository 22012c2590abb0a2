/**
 * What a twin consists of, worked out from the province: pure data, so that a later `up` can compare it with what stands.
 *
 * Every wire is a cable between an interface of a node and a port of a bridge, or of another node. All bridges stand in
 * one namespace that no host can see into; pulling a port off its bridge there cuts a link without either host being told.
 */
import type { Environment, Host, Interface, Province, Site } from "../../inventory/model.ts";
import { Failure } from "../../inventory/failure.ts";
import {
  accessGateway, bootedHosts, lanWorkstation, managementAddress, managementCidr, operatorAddress, type Endpoint,
} from "../../inventory/reach.ts";
import { MANAGEMENT_INTERFACE, twinName } from "./names.ts";

/** Which communes stand as endpoints: none, the pilots, or all that the inventory counts. */
export type CommuneChoice = "none" | "pilot" | "all";

export interface TwinPlan {
  readonly twin: string;
  readonly environment: string;
  /** Hash of the image that new hosts are booted from. */
  readonly image: string;
  readonly operator: { readonly address: string; readonly prefix: string };
  readonly hosts: Readonly<Record<string, PlannedHost>>;
  readonly endpoints: Readonly<Record<string, PlannedEndpoint>>;
  /** Names of bridges, at most 15 characters. */
  readonly bridges: readonly string[];
  readonly cables: readonly Cable[];
  /** Link name → its two ports in the namespace of the bridges. */
  readonly links: Readonly<Record<string, PlannedLink>>;
  /** Hosts that are not in the inventory any more and stay for a while. */
  readonly leaving?: readonly string[];
}

export interface PlannedHost {
  readonly number: number;
  /** On the management network, without prefix length. */
  readonly address: string;
  /** The same with it. */
  readonly cidr: string;
}

/** A namespace that only sends traffic: a site's workstation or a commune. Its interface is `eth0`. */
export interface PlannedEndpoint extends Endpoint {
  readonly kind: "workstation" | "commune";
  readonly site: string;
}

export interface PlannedLink {
  readonly bridge: string;
  readonly ports: readonly [string, string];
}

export interface Cable {
  readonly node: string;
  readonly interface: string;
  readonly far: { readonly bridge: string; readonly port: string; readonly isolated: boolean }
    | { readonly node: string; readonly interface: string };
}

/** The bridge of the management network. */
export const MANAGEMENT_BRIDGE = "mgmt";

/**
 * `plan` together with what stands and left the inventory. Where both want the same interface or port, `plan` has it.
 */
export function withLeaving(standing: TwinPlan, plan: TwinPlan): TwinPlan {
  const taken = new Set(plan.cables.flatMap(placesOf));
  const staying = standing.cables.filter((cable) => !placesOf(cable).some((place) => taken.has(place)));
  return {
    ...plan,
    hosts: { ...standing.hosts, ...plan.hosts },
    endpoints: { ...standing.endpoints, ...plan.endpoints },
    bridges: [...new Set([...standing.bridges, ...plan.bridges])],
    cables: [...plan.cables, ...staying],
    links: { ...standing.links, ...plan.links },
    leaving: Object.keys(standing.hosts).filter((host) => plan.hosts[host] === undefined),
  };
}

/** Both ends of a cable: interfaces of nodes, or ports of bridges. */
function placesOf({ node, interface: name, far }: Cable): string[] {
  return [`${node} ${name}`, "bridge" in far ? `port ${far.port}` : `${far.node} ${far.interface}`];
}

/** The name of a site's workstation among nodes. */
export function workstationOf(site: Site): string {
  return `ws-${site.slug}`;
}

/** Works out the twin of `province` for `environment`. */
export function planTwin(province: Province, environment: Environment, communes: CommuneChoice, image: string): TwinPlan {
  const hosts = bootedHosts(province, environment);
  const cables: Cable[] = hosts.map((host) => onBridge(host.name, MANAGEMENT_INTERFACE, MANAGEMENT_BRIDGE, `m${host.number}`, true));
  const bridges = new Set([MANAGEMENT_BRIDGE]);
  const links: Record<string, PlannedLink> = {};
  const endpoints: Record<string, PlannedEndpoint> = {};
  const addEndpoint = (name: string, endpoint: PlannedEndpoint): void => {
    if (province.hosts.has(name) || endpoints[name] !== undefined) {
      throw new Failure(`${name} would stand in the twin twice: as the ${endpoint.kind} of site ${endpoint.site} and as another node`, {
        advice: "rename one of them in the inventory",
      });
    }
    endpoints[name] = endpoint;
  };

  for (const link of province.links.values()) {
    const bridge = `l${link.number}`;
    const ports = [`${bridge}a`, `${bridge}b`] as const;
    bridges.add(bridge);
    links[link.name] = { bridge, ports };
    link.ends.forEach((end, side) => cables.push(onBridge(end.host, end.interface, bridge, ports[side]!, false)));
  }
  for (const host of hosts) {
    for (const port of host.interfaces.filter((one) => one.kind === "segment")) {
      const bridge = `s${province.segments.get(port.segment!)!.number}`;
      bridges.add(bridge);
      cables.push(onBridge(host.name, port.name, bridge, `${bridge}h${host.number}`, false));
    }
  }
  for (const host of hosts) {
    const site = province.sites.get(host.site)!;
    const port = site.kind === "external" ? host.interfaces.find((one) => one.kind === "lan") : undefined;
    if (port === undefined) continue;
    const bridge = `x${site.number}`;
    bridges.add(bridge);
    cables.push(onBridge(host.name, port.name, bridge, `${bridge}h${host.number}`, false));
  }
  for (const site of province.sites.values()) {
    const router = routerOf(hosts, site, "lan");
    const workstation = lanWorkstation(site);
    if (workstation !== undefined && router !== undefined) {
      addEndpoint(workstationOf(site), { kind: "workstation", site: site.slug, ...workstation });
      cables.push({
        node: workstationOf(site), interface: "eth0", far: { node: router.host.name, interface: router.port.name },
      });
    }
    const entry = routerOf(hosts, site, "access");
    const gateway = accessGateway(site);
    if (entry === undefined || gateway === undefined) continue;
    const bridge = `c${site.number}`;
    bridges.add(bridge);
    cables.push(onBridge(entry.host.name, entry.port.name, bridge, `${bridge}h${entry.host.number}`, false));
    for (const { slug, site: at, pilot, number, ipv4, ipv6 } of province.communes.values()) {
      if (at !== site.slug || communes === "none" || (communes === "pilot" && !pilot)) continue;
      addEndpoint(slug, { kind: "commune", site: at, ipv4, ipv6, gateway });
      cables.push(onBridge(slug, "eth0", bridge, `${bridge}n${number}`, false));
    }
  }
  return {
    twin: twinName(province, environment),
    environment: environment.name,
    image,
    operator: { address: managementCidr(environment, operatorAddress(environment)), prefix: environment.managementPrefix },
    hosts: Object.fromEntries(hosts.map((host) => {
      const address = managementAddress(environment, host);
      return [host.name, { number: host.number, address, cidr: managementCidr(environment, address) }];
    })),
    endpoints, bridges: [...bridges], cables, links,
  };
}

function onBridge(node: string, name: string, bridge: string, port: string, isolated: boolean): Cable {
  return { node, interface: name, far: { bridge, port, isolated } };
}

function routerOf(hosts: readonly Host[], site: Site, kind: Interface["kind"]): { host: Host; port: Interface } | undefined {
  for (const host of hosts) {
    const port = host.site === site.slug ? host.interfaces.find((one) => one.kind === kind) : undefined;
    if (port !== undefined) return { host, port };
  }
  return undefined;
}
