import type { HostFile, HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { hostAddress } from "../network/resolver.ts";
import { reverseZones } from "./reverse.ts";
import { MAIL_RECORDS, zones } from "./zones.ts";

const CONFIGURATION = "/etc/bind/named.conf";
export const ZONES_DIRECTORY = "/etc/bind/zones";
const OPTIONS = "/etc/default/named";
const OVERRIDE = "/etc/systemd/system/named.service.d/egov.conf";
const RECORDS = "/etc/tmpfiles.d/egov-records.conf";
const UNIT = "named.service";

const RECORDS_FOLDER = MAIL_RECORDS.slice(0, MAIL_RECORDS.lastIndexOf("/"));
const CREATE_RECORDS = `/usr/bin/systemd-tmpfiles --create ${RECORDS}`;

/** Names resolved for others are kept in at most this much memory; the province's own zones take a few megabytes beside it. */
const CACHE = "32m";

/**
 * A DNS server: authoritative for the province's zones, resolving for the province only (RFC 5358). All servers are primaries of
 * one generated content, so that each answers also when the others are gone.
 */
export function dnsIntent(province: Province): HostIntent {
  const all = zones(province);
  const zoneFiles = Object.fromEntries(all.map((zone): [string, HostFile] => [`${ZONES_DIRECTORY}/${zone.name}`, { content: zone.content }]));
  return {
    packages: ["bind9", "bind9-utils"],
    files: {
      [OPTIONS]: { content: 'RESOLVCONF=no\n# One thread: a core\'s worth of answers is far more than the province asks.\nOPTIONS="-u bind -n 1"\n' },
      // What the zone includes has to be there before those who write it come; an empty file says nothing.
      [RECORDS]: { content: `d ${RECORDS_FOLDER} 0755 root root\nf ${MAIL_RECORDS} 0640 root bind\n` },
      [OVERRIDE]: { content: `[Service]\nExecStartPre=${CREATE_RECORDS}\n` },
      [CONFIGURATION]: { content: configuration(province, all.map((zone) => zone.name)) },
      ...zoneFiles,
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      { name: "named-options", files: [OPTIONS, OVERRIDE], reload: `systemctl restart ${UNIT}`, unit: UNIT },
      {
        name: "named",
        files: [CONFIGURATION, RECORDS, `${ZONES_DIRECTORY}/`],
        // With the stage as its root, the check reads the staged zones under the paths that the configuration names.
        check: `mkdir -p "$STAGE/var/cache/bind" "$STAGE${RECORDS_FOLDER}" && { cp ${MAIL_RECORDS} "$STAGE${MAIL_RECORDS}" 2>/dev/null || : >"$STAGE${MAIL_RECORDS}"; } && named-checkconf -z -t "$STAGE" ${CONFIGURATION}`,
        reload: `${CREATE_RECORDS} && systemctl reload ${UNIT}`,
        unit: UNIT,
      },
    ],
  };
}

function configuration(province: Province, zoneNames: readonly string[]): string {
  const { announce } = province.routing.bgp;
  const { forwarders } = province.services.dns;
  const foreign = foreignServers(province);
  const foreignNames = foreign.length > 0 ? foreignZones(province) : [];
  return [
    "acl province {",
    "\tlocalhost;",
    `\t${announce.ipv4};`,
    `\t${announce.ipv6};`,
    "};",
    "",
    "options {",
    '\tdirectory "/var/cache/bind";',
    "\tlisten-on { any; };",
    "\tlisten-on-v6 { any; };",
    "\tallow-query { any; };",
    "\tallow-recursion { province; };",
    "\tallow-query-cache { province; };",
    "\tallow-transfer { none; };",
    "\tnotify no;",
    ...(forwarders.length > 0 ? [`\tforwarders { ${forwarders.map((one) => `${one};`).join(" ")} };`] : []),
    "\tdnssec-validation auto;",
    ...(foreignNames.length > 0 ? [`\tvalidate-except { ${foreignNames.map((name) => `"${name}";`).join(" ")} };`] : []),
    `\tmax-cache-size ${CACHE};`,
    '\tversion "none";',
    "};",
    ...zoneNames.flatMap((name) => ["", `zone "${name}" {`, "\ttype primary;", `\tfile "${ZONES_DIRECTORY}/${name}";`, "};"]),
    // A domain that a twin plays: the world's name servers know nothing of it.
    ...foreignNames.flatMap((name) => ["", `zone "${name}" {`, "\ttype static-stub;", `\tserver-addresses { ${foreign.map((one) => `${one};`).join(" ")} };`, "};"]),
    "",
  ].join("\n");
}

/** The zones of the foreign domain and of its addresses, without the final dot: what its server answers for. */
export function foreignZones(province: Province): string[] {
  const lans = hostsOfRole(province, "foreign-mail").flatMap((host) => province.sites.get(host.site)?.lan ?? []);
  return [province.mail.foreignDomain, ...lans.flatMap(({ ipv4, ipv6 }) => [...reverseZones(ipv4), ...reverseZones(ipv6)]).map((root) => root.slice(0, -1))];
}

/** Addresses of the foreign domain's server, which answers for its names, too. */
function foreignServers(province: Province): string[] {
  return hostsOfRole(province, "foreign-mail").flatMap((host) => Object.values(hostAddress(host) ?? {}));
}
