/** Firewall zones, on the firewalls, the offices' routers and every host. Pure: same input, same bytes. */
import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import type { Environment, Host, Province } from "../../inventory/model.ts";
import { intendedNeighbours } from "../network/neighbours.ts";
import { filterFile, TABLE } from "./filter.ts";
import { stateSyncIntent } from "./stateSync.ts";

const FILTER = "/etc/egov/security.nft";
const UNIT = "egov-security.service";

/**
 * Host name → intent, for every host that is ours: what stands at an external site belongs to somebody else. The environment
 * says from which address, and on which port, the operator comes in out of band.
 */
export function securityDesign(province: Province, environment: Environment): Map<string, HostIntent> {
  const ours = [...province.hosts.values()].filter((host) => province.sites.get(host.site)?.kind !== "external");
  const neighbours = intendedNeighbours(province);
  return new Map(ours.map((host) => {
    const seen = neighbours.get(host.name);
    const guard: HostIntent = { guard: { ...(seen && { neighbours: seen }) } };
    return [host.name, mergeIntents([filterIntent(province, environment, host), stateSyncIntent(province, host), guard])];
  }));
}

function filterIntent(province: Province, environment: Environment, host: Host): HostIntent {
  const path = `/etc/systemd/system/${UNIT}`;
  return {
    packages: ["nftables"],
    files: { [FILTER]: { content: filterFile(province, environment, host) }, [path]: { content: unit() } },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{
      name: "egov-security", files: [FILTER, path], unit: UNIT,
      check: `nft -c -f "$STAGE${FILTER}"`,
      reload: `systemctl reload ${UNIT}`,
    }],
  };
}

/** Before any interface is up, as Debian's own nftables.service; stopped, it leaves the host as open as it found it. */
function unit(): string {
  return [
    "[Unit]",
    "Description=Packet filter of the security design",
    "DefaultDependencies=no",
    "Wants=network-pre.target",
    "Before=network-pre.target shutdown.target",
    "Conflicts=shutdown.target",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    `ExecStart=/usr/sbin/nft -f ${FILTER}`,
    `ExecReload=/usr/sbin/nft -f ${FILTER}`,
    `ExecStop=-/usr/sbin/nft delete table inet ${TABLE}`,
    "",
    "[Install]",
    "WantedBy=sysinit.target",
    "",
  ].join("\n");
}
