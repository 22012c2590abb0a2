import { createHash } from "node:crypto";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { hostAddress } from "../network/resolver.ts";
import { namedAddresses } from "./names.ts";
import { reverseName, reverseZones } from "./reverse.ts";

/** A zone by its name without the final dot, and its master file (RFC 1035, 5). */
export interface Zone {
  readonly name: string;
  readonly content: string;
}

/** Seconds until a secondary, if there were one, asks again, tries again, gives up (RFC 1912, 2.2); and how long a "no such name" is kept. */
const REFRESH = 3600;
const RETRY = 600;
const EXPIRE = 1_209_600;
const NEGATIVE = 300;

/** Records of the province's own zone that the mail's layer writes, on every DNS server. */
export const MAIL_RECORDS = "/etc/bind/records/mail";

/** The province's own zone, then the reverse zones of what it announces. */
export function zones(province: Province): Zone[] {
  return [forwardZone(province), ...reverseZonesOf(province)];
}

function forwardZone(province: Province): Zone {
  const { zone } = province.services.dns;
  const named = namedAddresses(province);
  const alias = (name: string, role: "dns" | "ntp") =>
    hostsOfRole(province, role).flatMap((host) => {
      const address = hostAddress(host);
      return address === undefined ? [] : addresses(name, address);
    });
  return zoneOf(province, zone, [
    ...named.flatMap((one) => addresses(one.name, one)),
    ...alias("ntp", "ntp"),
    ...serviceNames(province),
    ...hostsOfRole(province, "ntp").map((host) => `_ntp._udp SRV ${host.rank * 10} 0 123 ${host.name}`),
    ...hostsOfRole(province, "dns").flatMap((host) => ["_udp", "_tcp"].map((transport) => `_domain.${transport} SRV ${host.rank * 10} 0 53 ${host.name}`)),
    `$INCLUDE ${MAIL_RECORDS}`,
  ]);
}

/** Names that a certificate has beside its host's own: how people call the service. */
function serviceNames(province: Province): string[] {
  const { zone } = province.services.dns;
  return [...province.certificates.values()].flatMap(({ host, names }) => {
    const address = hostAddress(province.hosts.get(host)!);
    return names.filter((name) => name !== `${host}.${zone}`).flatMap((name) => (address === undefined ? [] : addresses(`${name}.`, address)));
  });
}

function reverseZonesOf(province: Province): Zone[] {
  const { zone } = province.services.dns;
  const { announce } = province.routing.bgp;
  const records = new Map<string, string[]>([...reverseZones(announce.ipv4), ...reverseZones(announce.ipv6)].map((root) => [root, []]));
  for (const { name, ipv4, ipv6 } of namedAddresses(province)) {
    for (const owner of [reverseName(ipv4), reverseName(ipv6)]) {
      for (let dot = owner.indexOf("."); dot >= 0; dot = owner.indexOf(".", dot + 1)) {
        records.get(owner.slice(dot + 1))?.push(`${owner.slice(0, dot)} PTR ${name}.${zone}.`);
      }
    }
  }
  return [...records].map(([root, own]) => zoneOf(province, root.slice(0, -1), own));
}

function addresses(name: string, address: { readonly ipv4: string; readonly ipv6: string }): string[] {
  return [`${name} A ${address.ipv4}`, `${name} AAAA ${address.ipv6}`];
}

function zoneOf(province: Province, name: string, records: readonly string[]): Zone {
  const { zone, ttlSeconds, contact } = province.services.dns;
  const servers = hostsOfRole(province, "dns");
  const primary = servers[0];
  if (primary === undefined) throw new Error("the province has no host of the role dns");
  const body = [...servers.map((host) => `@ NS ${host.name}.${zone}.`), ...records].join("\n");
  const mailbox = `${contact.replace("@", ".")}.`;
  const timers = `${REFRESH} ${RETRY} ${EXPIRE} ${NEGATIVE}`;
  const head = `$TTL ${ttlSeconds}\n@ SOA ${primary.name}.${zone}. ${mailbox}`;
  return { name, content: `${head} ${serialOf(`${head} ${timers}\n${body}`)} ${timers}\n${body}\n` };
}

/**
 * The serial says which content this is: 32 bits of its hash. Every server is a primary that gets the same file, none asks another
 * for a transfer, so serials need not grow as RFC 1982 has it; and two servers with one serial have one content.
 */
function serialOf(content: string): number {
  return createHash("sha256").update(content).digest().readUInt32BE(0) || 1;
}
