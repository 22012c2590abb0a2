/** What Prometheus asks: every host, every service at its door, our exporters. All targets carry where they stand. */
import { hostAddress } from "../../infra/network/resolver.ts";
import { addressOf, hostsOfRole } from "../../inventory/index.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { placeOf } from "../rules/labels.ts";
import { NODE_PORT } from "./paths.ts";

/** An entry of a file for Prometheus's file_sd. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The hosts that have a node exporter: all of the province's own. */
export function watchedHosts(province: Province): Host[] {
  return [...province.hosts.values()].filter((host) => province.sites.get(host.site)!.kind !== "external");
}

/**
 * Where a host's node exporter listens: at the address by which the province knows the host, but on a firewall at its leg in the
 * monitoring host's own segment. There it answers straight, and a question that another firewall had passed on would be one whose
 * answer that one never sees.
 */
export function exporterAddress(province: Province, host: Host): string {
  const [monitor] = hostsOfRole(province, "monitoring");
  const leg = host.interfaces.find((one) => one.segment !== undefined && one.segment === monitor?.interfaces[0]?.segment);
  const address = leg === undefined ? hostAddress(host)?.ipv4 : addressOf(leg.ipv4);
  if (address === undefined) throw new Error(`${host.name} has no address to be asked at`);
  return address;
}

export function nodeTargets(province: Province): TargetGroup[] {
  return watchedHosts(province).map((host) => ({
    targets: [`${exporterAddress(province, host)}:${NODE_PORT}`],
    labels: { instance: host.name, ...placeOf(province, host.site), host: host.name, role: host.role },
  }));
}

/** A door that the blackbox exporter knocks at. */
interface Door {
  readonly service: string;
  /** A module of blackbox.ts. */
  readonly module: string;
  readonly host: Host;
  /** As the module's prober takes it. */
  readonly target: string;
}

export function probeTargets(province: Province): TargetGroup[] {
  return doors(province).map(({ service, module, host, target }) => ({
    targets: [target],
    labels: { instance: `${service} ${host.name}`, ...placeOf(province, host.site), host: host.name, service, __param_module: module },
  }));
}

/** Services by the names that their certificates have, else by address: a door is what a user finds. */
function doors(province: Province): Door[] {
  const { zone } = province.services.dns;
  const at = (role: Host["role"], service: string, module: string, target: (address: string, host: Host) => string): Door[] =>
    hostsOfRole(province, role).map((host) => ({ service, module, host, target: target(hostAddress(host)!.ipv4, host) }));
  const named = (port: number) => (_: string, host: Host): string => `${serviceName(province, host) ?? `${host.name}.${zone}`}:${port}`;
  return [
    ...at("dns", "dns", "dns", (address) => address),
    ...at("mail-exchanger", "smtp", "smtp", named(25)),
    ...at("mailbox", "submission", "tls", named(465)),
    ...at("mailbox", "imap", "imaps", named(993)),
    ...at("conference", "conference", "https", (address, host) => `https://${named(443)(address, host)}/`),
    ...at("conference", "janus", "tcp", (address) => `${address}:7088`),
    ...at("mail-exchanger", "rspamd", "tcp", (address) => `${address}:11334`),
  ];
}

/** The first name of the host's certificate. */
function serviceName(province: Province, host: Host): string | undefined {
  return [...province.certificates.values()].find((certificate) => certificate.host === host.name)?.names[0];
}
