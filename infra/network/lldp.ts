import type { HostIntent } from "../host/intent.ts";
import type { Router } from "./router.ts";

const FILE = "/etc/lldpd.d/egov.conf";
const UNIT = "lldpd.service";

/** Seconds between announcements. With the hold below, a neighbour that fell silent is forgotten after four of them. */
export const LLDP_INTERVAL_SECONDS = 5;
const LLDP_HOLD = 4;

/**
 * Names of the interfaces on which a router says who it is and hears who is there: the province's own links. Not at the hand-off,
 * whose other end is told nothing that it need not know, and not on LANs, where no router is a neighbour.
 */
export function lldpInterfaces(router: Router): string[] {
  return router.ports.flatMap((port) => (port.link !== undefined && port.link.role !== "handoff" ? [port.interface.name] : []));
}

/**
 * LLDP (IEEE 802.1AB): the only protocol that says which cable leads to which port whatever addresses and routing say. It tells the
 * router's name and the port's, and nothing of systems, versions or management addresses. LLDP is no IP, so that packet
 * filters neither see it nor let anything else pass for it; no bridge passes it on (802.1D, reserved group addresses).
 */
export function lldpIntent(router: Router): HostIntent {
  const interfaces = lldpInterfaces(router);
  if (interfaces.length === 0) return {};
  return {
    packages: ["lldpd"],
    files: { [FILE]: { content: configuration(router, interfaces) } },
    units: { [UNIT]: { enabled: true, running: true } },
    // lldpcli has no way to undo what is no longer said, so the daemon starts anew; its neighbours remember the last announcement.
    services: [{ name: "lldpd", files: [FILE], reload: `systemctl restart ${UNIT}`, unit: UNIT }],
  };
}

function configuration(router: Router, interfaces: readonly string[]): string {
  return [
    `configure system hostname "${router.host.name}"`,
    'configure system description "router"',
    `configure system interface pattern ${interfaces.join(",")}`,
    "configure lldp portidsubtype ifname",
    `configure lldp tx-interval ${LLDP_INTERVAL_SECONDS}`,
    `configure lldp tx-hold ${LLDP_HOLD}`,
    "unconfigure lldp management-addresses-advertisements",
    "unconfigure lldp capabilities-advertisements",
    "",
  ].join("\n");
}
