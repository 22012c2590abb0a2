/** What our exporters are told of the inventory: the intent that they compare life with. */
import { intendedAdjacencies } from "../../infra/network/adjacency.ts";
import { hostAddress } from "../../infra/network/resolver.ts";
import { addressOf } from "../../inventory/index.ts";
import type { Host, Link, LinkEnd, Province } from "../../inventory/model.ts";
import type { PagerConfiguration } from "../exporters/pager.ts";
import type { WanConfiguration } from "../exporters/wan/configuration.ts";
import { datacenterOf, NONE, placeOf } from "../rules/labels.ts";
import { ALERTMANAGER_PORT, AUTHORITY, EXPORTER_PORTS, NODE_PORT, PROMETHEUS_PORT } from "./paths.ts";
import { NEIGHBOURS } from "./reporters.ts";
import { serverName } from "./prometheus.ts";

const HUB_ROLES: readonly Host["role"][] = ["core", "aggregation", "firewall"];

/** The routers of the data center: every link has an end at one of them. */
export function hubs(province: Province): Host[] {
  return [...province.hosts.values()].filter((host) => HUB_ROLES.includes(host.role));
}

export function wanConfiguration(province: Province): WanConfiguration {
  const routers = hubs(province);
  const ours = new Set(routers.map((host) => host.name));
  return {
    port: EXPORTER_PORTS.wan,
    everySeconds: province.monitoring.scrapeSeconds,
    neighboursFile: `${NEIGHBOURS.name}.prom`,
    routers: routers.map((host) => ({ name: host.name, role: host.role, address: hostAddress(host)!.ipv4, port: NODE_PORT })),
    links: [...province.links.values()].map((link) => linkOf(province, link, ours)),
    adjacencies: intendedAdjacencies(province).filter((one) => ours.has(one.host)),
  };
}

function linkOf(province: Province, link: Link, hubNames: ReadonlySet<string>): WanConfiguration["links"][number] {
  const near = link.ends.find((end) => hubNames.has(end.host));
  if (near === undefined) throw new Error(`link ${link.name} has no end in the data center`);
  const far = link.ends.find((end) => end !== near) as LinkEnd;
  const { district, site } = placeOf(province, province.hosts.get(hubNames.has(far.host) ? near.host : far.host)!.site);
  return {
    link: link.name, role: link.role, district, site, hub: near.host, interface: near.interface, carrier: link.carrier ?? NONE,
    capacityMbps: link.capacityMbps,
    // Both ends of a link between hubs; of the others the far one, for whether the near one answers says nothing of the link.
    probes: (hubNames.has(far.host) ? link.ends : [far]).map((end) => addressOf(end.ipv4)),
  };
}

export function pagerConfiguration(province: Province): PagerConfiguration {
  return {
    port: EXPORTER_PORTS.pager,
    everySeconds: 2,
    authorityFile: AUTHORITY,
    serverName: serverName(province),
    prometheusPort: PROMETHEUS_PORT,
    alertmanagerPort: ALERTMANAGER_PORT,
    labels: { ...placeOf(province, datacenterOf(province)), host: province.certificates.get("monitoring")!.host },
  };
}
