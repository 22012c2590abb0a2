/** The node exporter of every host: few collectors, for there are many hosts and little processor time. */
import type { HostIntent } from "../../infra/host/intent.ts";
import { isRouter } from "../../infra/network/router.ts";
import type { Host } from "../../inventory/model.ts";
import { NODE_PORT, TEXTFILES } from "./paths.ts";
import { COMES_BACK, dropIn, unitFile } from "./unit.ts";

const UNIT = "prometheus-node-exporter.service";
const ARGUMENTS = "/etc/default/prometheus-node-exporter";

/**
 * The exporter listens at `address` alone, and reads what every host has. `units` are watched through systemd; a host without any, such as an office's router, is spared the bus that this takes.
 */
export function nodeIntent(host: Host, address: string, units: readonly string[]): HostIntent {
  const content = `ARGS="${nodeArguments(host, address, units).join(" ")}"\n`;
  return {
    packages: ["prometheus-node-exporter", ...(units.length > 0 ? ["dbus"] : [])],
    files: {
      [ARGUMENTS]: { content },
      [dropIn(UNIT)]: unitFile({
        // A router's own address appears with its routing.
        Unit: [...COMES_BACK["Unit"]!, ...(isRouter(host) ? ["After=frr.service"] : [])],
        Service: [...COMES_BACK["Service"]!, "Environment=GOMAXPROCS=1 GOMEMLIMIT=24MiB"],
      }),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{ name: "node-exporter", files: [ARGUMENTS, dropIn(UNIT)], reload: `systemctl restart ${UNIT}`, unit: UNIT }],
  };
}

function nodeArguments(host: Host, address: string, units: readonly string[]): string[] {
  return [
    `--web.listen-address=${address}:${NODE_PORT}`, "--web.disable-exporter-metrics", "--web.max-requests=4",
    "--collector.disable-defaults", "--collector.loadavg", "--collector.meminfo", "--collector.filesystem",
    // The kernel's own file systems and those that a unit mounts for itself say nothing of the host's room.
    "--collector.filesystem.mount-points-exclude=/(dev|proc|sys|run)($|/).*",
    ...(host.role === "site-router" ? [] : ["--collector.netdev", "--collector.netdev.device-exclude=lo", "--collector.textfile", `--collector.textfile.directory=${TEXTFILES}`]),
    ...(units.length === 0 ? [] : ["--collector.systemd", "--collector.systemd.enable-restarts-metrics", `--collector.systemd.unit-include=${units.map((unit) => unit.replaceAll(".", "[.]")).join("|")}`]),
  ];
}
