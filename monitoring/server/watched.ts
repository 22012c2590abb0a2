/** Which services are watched where: those that any design wants running, so that nobody has to list them. */
import { conferenceDesign } from "../../infra/conference/design.ts";
import { datacenterDesign } from "../../infra/datacenter/design.ts";
import type { HostIntent } from "../../infra/host/intent.ts";
import { mailDesign } from "../../infra/mail/design.ts";
import { networkDesign } from "../../infra/network/design.ts";
import { unsignedTls } from "../../infra/pki/tls.ts";
import { securityDesign } from "../../infra/security/design.ts";
import type { Province } from "../../inventory/model.ts";

/**
 * Host name → units of type service that must run on it, sorted: of the data center's hosts. An office's router tells enough
 * by its links and adjacencies.
 */
export function watchedUnits(province: Province): Map<string, string[]> {
  const tls = unsignedTls(province.certificates.keys());
  const designs: ReadonlyMap<string, HostIntent>[] = [
    networkDesign(province), datacenterDesign(province), mailDesign(province, tls), conferenceDesign(province, tls),
    // How hosts are reached changes addresses in files, never which services there are.
    ...[...province.environments.values()].map((environment) => securityDesign(province, environment)),
  ];
  const watched = new Map<string, string[]>();
  for (const host of province.hosts.values()) {
    if (province.sites.get(host.site)!.kind !== "datacenter") continue;
    watched.set(host.name, servicesOf(designs.flatMap((design) => design.get(host.name) ?? [])));
  }
  return watched;
}

/** The units of type service that intents want running, sorted, each once. */
export function servicesOf(intents: readonly HostIntent[]): string[] {
  const units = intents.flatMap((intent) => Object.entries(intent.units ?? {}));
  return [...new Set(units.flatMap(([name, unit]) => (unit.running && name.endsWith(".service") ? [name] : [])))].toSorted();
}
