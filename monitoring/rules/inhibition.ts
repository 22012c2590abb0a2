/** Which alert keeps which others quiet: an alert about a whole those about its parts, by the inventory's graph. */
import { intendedAdjacencies, wayOf } from "../../infra/network/adjacency.ts";
import type { Province } from "../../inventory/model.ts";
import type { Scope } from "./alert.ts";

/** As Alertmanager has it. */
export interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

const scopes = (...names: readonly Scope[]): string => `scope=~"${names.join("|")}"`;

export function inhibitRules(province: Province): InhibitRule[] {
  const parts: readonly Scope[] = ["power", "link", "quality", "adjacency", "host", "service", "probe", "video"];
  return [
    { source_matchers: ['alertname="CoreIsolated"'], target_matchers: [scopes("hub", "site", "mail", ...parts)], equal: ["province"] },
    ...hubRules(province),
    { source_matchers: ['alertname="HubDown"'], target_matchers: [scopes("host", "service", "adjacency")], equal: ["province", "host"] },
    { source_matchers: [scopes("site")], target_matchers: [scopes(...parts)], equal: ["province", "site"] },
    { source_matchers: ['alertname="SitePowerLost"'], target_matchers: [scopes("link", "quality", "adjacency", "host")], equal: ["province", "site"] },
    { source_matchers: ['alertname="LinkDown"'], target_matchers: [scopes("quality", "adjacency")], equal: ["province", "link"] },
    { source_matchers: ['alertname="HostDown"'], target_matchers: [scopes("service", "probe")], equal: ["province", "host"] },
    { source_matchers: ['alertname="ServiceDown"'], target_matchers: [scopes("probe")], equal: ["province", "host"] },
  ];
}

/** A router of the data center takes its links with it, whichever end of them it is: no label alone tells that. */
function hubRules(province: Province): InhibitRule[] {
  // Its links, and its sessions with other hubs.
  const ways = Map.groupBy(intendedAdjacencies(province), ({ host }) => host);
  const datacenter = [...province.hosts.values()].filter((host) => host.loopback !== undefined && province.sites.get(host.site)!.kind === "datacenter");
  return datacenter.map((host) => ({
    source_matchers: ['alertname="HubDown"', `host="${host.name}"`],
    target_matchers: [scopes("link", "quality", "adjacency"), `link=~"${[...new Set(ways.get(host.name)?.map(wayOf))].join("|")}"`],
    equal: ["province"],
  }));
}
