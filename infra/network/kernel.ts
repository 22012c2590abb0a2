/** What the kernel of a router needs beside FRR: packet filter tables and queues, loaded by one unit. */

import type { HostIntent } from "../host/intent.ts";
import { qosBatch, qosTable, shapedInterfaces } from "./qos.ts";
import type { Router } from "./router.ts";
import { MANAGEMENT_INTERFACE, sysctls } from "./sysctls.ts";

const FILTER = "/etc/egov/network.nft";
const QUEUES = "/etc/egov/qos.tc";
const UNIT = "egov-network.service";

export function kernelIntent(router: Router): HostIntent {
  const queues = shapedInterfaces(router).length > 0;
  return {
    packages: ["iproute2", "nftables"],
    files: {
      [FILTER]: { content: filter(router) },
      ...(queues ? { [QUEUES]: { content: qosBatch(router) } } : {}),
      [`/etc/systemd/system/${UNIT}`]: { content: unit(queues) },
    },
    sysctls: sysctls(router),
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      {
        name: "egov-network",
        files: [FILTER, ...(queues ? [QUEUES] : []), `/etc/systemd/system/${UNIT}`],
        check: `nft -c -f "$STAGE${FILTER}"`,
        reload: `systemctl reload ${UNIT}`,
        unit: UNIT,
      },
    ],
  };
}

/** Naming a table before deleting it lets the file be loaded again, in one transaction. */
function filter(router: Router): string {
  const tables = [managementTable(), qosTable(router)].filter((table) => table.length > 0);
  const resets = ["table inet egov_management", "delete table inet egov_management", "table inet egov_qos", "delete table inet egov_qos"];
  return `${[...resets, ...tables.flat()].join("\n")}\n`;
}

/** Nothing passes between the out-of-band network and the province, in either direction. */
function managementTable(): string[] {
  return [
    "table inet egov_management {",
    "\tchain forward {",
    "\t\ttype filter hook forward priority -150; policy accept;",
    `\t\tiifname "${MANAGEMENT_INTERFACE}" drop`,
    `\t\toifname "${MANAGEMENT_INTERFACE}" drop`,
    "\t}",
    "}",
  ];
}

function unit(queues: boolean): string {
  const commands = [`/usr/sbin/nft -f ${FILTER}`, ...(queues ? [`/usr/sbin/tc -batch ${QUEUES}`] : [])];
  return [
    "[Unit]",
    "Description=Packet filter tables and queues of the network design",
    "After=network-pre.target systemd-sysctl.service",
    "Before=network.target frr.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    ...commands.map((command) => `ExecStart=${command}`),
    ...commands.map((command) => `ExecReload=${command}`),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}
