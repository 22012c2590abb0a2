import type { HostFile, HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { zones } from "./zones.ts";

const CONFIGURATION = "/etc/bind/named.conf";
const ZONES = "/etc/bind/zones";
const OPTIONS = "/etc/default/named";
const UNIT = "named.service";

/** Names resolved for others are kept in at most this much memory; the province's own zones take a few megabytes beside it. */
const CACHE = "32m";

/**
 * A DNS server: authoritative for the province's zones, resolving for the province only (RFC 5358). All servers are primaries of
 * one generated content, so that each answers also when the others are gone.
 */
export function dnsIntent(province: Province): HostIntent {
  const all = zones(province);
  const zoneFiles = Object.fromEntries(all.map((zone): [string, HostFile] => [`${ZONES}/${zone.name}`, { content: zone.content }]));
  return {
    packages: ["bind9", "bind9-utils"],
    files: {
      [OPTIONS]: { content: 'RESOLVCONF=no\n# One thread: a core\'s worth of answers is far more than the province asks.\nOPTIONS="-u bind -n 1"\n' },
      [CONFIGURATION]: { content: configuration(province, all.map((zone) => zone.name)) },
      ...zoneFiles,
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      { name: "named-options", files: [OPTIONS], reload: `systemctl restart ${UNIT}`, unit: UNIT },
      {
        name: "named",
        files: [CONFIGURATION, `${ZONES}/`],
        // With the stage as its root, the check reads the staged zones under the paths that the configuration names.
        check: `mkdir -p "$STAGE/var/cache/bind" && named-checkconf -z -t "$STAGE" ${CONFIGURATION}`,
        reload: `systemctl reload ${UNIT}`,
        unit: UNIT,
      },
    ],
  };
}

function configuration(province: Province, zoneNames: readonly string[]): string {
  const { announce } = province.routing.bgp;
  const { forwarders } = province.services.dns;
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
    `\tmax-cache-size ${CACHE};`,
    '\tversion "none";',
    "};",
    ...zoneNames.flatMap((name) => ["", `zone "${name}" {`, "\ttype primary;", `\tfile "${ZONES}/${name}";`, "};"]),
    "",
  ].join("\n");
}
