import type { HostIntent } from "../host/intent.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { hostAddress } from "../network/resolver.ts";

const CONFIGURATION = "/etc/chrony/chrony.conf";
const OVERRIDE = "/etc/systemd/system/chrony.service.d/egov.conf";
const UNIT = "chrony.service";

/**
 * An NTP server (RFC 5905) for the province. Without any upstream in reach, the servers agree on one of them ("orphan") that
 * goes on at the stratum of the inventory, so that the province's clocks stay together.
 */
export function ntpIntent(province: Province, host: Host): HostIntent {
  return {
    packages: ["chrony"],
    files: { [CONFIGURATION]: { content: configuration(province, host) }, [OVERRIDE]: { content: override() } },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      {
        name: "chrony",
        files: [CONFIGURATION, OVERRIDE],
        check: `chronyd -p -f "$STAGE${CONFIGURATION}" >/dev/null`,
        // chronyd reads its configuration only when it starts.
        reload: `systemctl restart ${UNIT}`,
        unit: UNIT,
      },
    ],
  };
}

function configuration(province: Province, host: Host): string {
  const { upstream, localStratum } = province.services.ntp;
  const { announce } = province.routing.bgp;
  const peers = hostsOfRole(province, "ntp").flatMap((other) => (other.name === host.name ? [] : (hostAddress(other)?.ipv4 ?? [])));
  return [
    ...upstream.map((server) => `server ${server} iburst`),
    ...peers.map((peer) => `peer ${peer}`),
    `local stratum ${localStratum} orphan`,
    `allow ${announce.ipv4}`,
    `allow ${announce.ipv6}`,
    "# Only root on this host may command chronyd, through its socket.",
    "cmdport 0",
    "driftfile /var/lib/chrony/chrony.drift",
    "ntsdumpdir /var/lib/chrony",
    "leapsectz right/UTC",
    "makestep 1 3",
    "rtcsync",
    "",
  ].join("\n");
}

/**
 * A container shares the machine's clock: there chronyd must serve the time without setting it (`-x`), on a machine of its own it
 * must set it. The host itself knows which it is; Debian's unit would not start at all where the clock cannot be set.
 */
function override(): string {
  return [
    "[Unit]",
    "ConditionCapability=",
    "",
    "[Service]",
    "ExecStart=",
    "ExecStart=!/bin/sh -c 'if systemd-detect-virt --quiet --container; then set -- -x; fi; exec /usr/sbin/chronyd $DAEMON_OPTS \"$@\"' chronyd",
    "",
  ].join("\n");
}
