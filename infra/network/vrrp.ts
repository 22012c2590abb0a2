import type { HostIntent } from "../host/intent.ts";
import type { Interface } from "../../inventory/model.ts";
import type { Router } from "./router.ts";

const FILE = "/etc/keepalived/keepalived.conf";
const UNIT = "keepalived.service";

/** Priority of the host of rank 1; each further rank is 50 lower. 255 belongs to an owner of the address (RFC 5798, 5.2.4). */
const TOP_PRIORITY = 200;
/** What a firewall without a way to the routers loses: more than the step between ranks, so that the next one takes over. */
const CUT_OFF = 100;
/** IPv4 and IPv6 have separate spaces of 1 to 255 (RFC 5798, 5.2.3), and each segment is a LAN of its own: its number serves both. */
const HIGHEST_ROUTER_ID = 255;

/**
 * The gateway address of each segment, held by one of the firewalls (VRRPv3, RFC 5798).
 *
 * All instances move together: a stateful filter must see both directions of a flow, whatever segments it joins.
 * VRRPv3 has no authentication (RFC 5798, 9: what version 2 had gave none); the segments are closed LANs.
 */
export function vrrpIntent(router: Router): HostIntent {
  const segments = router.ports.map((port) => port.interface).filter((one) => one.kind === "segment");
  if (segments.length === 0) return {};
  return {
    packages: ["keepalived"],
    files: { [FILE]: { content: configuration(router, segments), mode: "0640" } },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      {
        name: "keepalived",
        files: [FILE],
        check: `keepalived --config-test --use-file="$STAGE${FILE}"`,
        reload: `systemctl reload ${UNIT}`,
        unit: UNIT,
      },
    ],
  };
}

function configuration(router: Router, segments: readonly Interface[]): string {
  const instances = segments.flatMap((one) => [instance(router, one, "ipv4"), instance(router, one, "ipv6")]);
  return [
    "global_defs {",
    `    router_id ${router.host.name}`,
    "    vrrp_version 3",
    "    script_user root",
    "    enable_script_security",
    "}",
    "",
    "# A firewall that hears no router would draw the servers' traffic into a dead end.",
    "vrrp_script routes {",
    `    script "/bin/sh -c '/usr/sbin/ip route list proto ospf | /usr/bin/grep -q .'"`,
    "    interval 1",
    "    fall 1",
    "    rise 2",
    `    weight -${CUT_OFF}`,
    "}",
    "",
    "vrrp_sync_group segments {",
    "    sync_group_tracking_weight",
    "    group {",
    ...instances.map(({ name }) => `        ${name}`),
    "    }",
    "}",
    ...instances.flatMap(({ lines }) => ["", ...lines]),
    "",
  ].join("\n");
}

function instance(router: Router, one: Interface, family: "ipv4" | "ipv6"): { name: string; lines: string[] } {
  const segment = one.segment === undefined ? undefined : router.province.segments.get(one.segment);
  if (segment === undefined) throw new Error(`interface ${one.name} of ${router.host.name} names no segment of the province`);
  const id = segment.number % HIGHEST_ROUTER_ID || HIGHEST_ROUTER_ID;
  const name = `${segment.name}-${family}`;
  const addresses =
    family === "ipv4"
      ? [`${segment.gateway.ipv4}/32`]
      : // An IPv6 router is known by its link-local address, and VRRP wants that one first (RFC 5798, 5.2.9).
        [`${linkLocalOf(id)}/64`, `${segment.gateway.ipv6}/128`];
  return {
    name,
    lines: [
      `vrrp_instance ${name} {`,
      `    interface ${one.name}`,
      "    state BACKUP",
      `    virtual_router_id ${id}`,
      `    priority ${Math.max(1, TOP_PRIORITY - (router.host.rank - 1) * 50)}`,
      `    advert_int ${router.province.routing.vrrp.advertiseMilliseconds / 1000}`,
      "    virtual_ipaddress {",
      ...addresses.map((address) => `        ${address}`),
      "    }",
      "    track_script {",
      "        routes",
      "    }",
      "}",
    ],
  };
}

/** The virtual router's link-local address: the interface identifier that its virtual MAC 00-00-5E-00-02-{id} would give. */
function linkLocalOf(id: number): string {
  return `fe80::200:5eff:fe00:${(0x200 + id).toString(16)}`;
}
