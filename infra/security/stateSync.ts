import type { HostIntent } from "../host/intent.ts";
import type { FirewallService, Host, Interface, Province } from "../../inventory/model.ts";
import { portsOf } from "../../inventory/ports.ts";
import { addressOf, hostsOfRole } from "../../inventory/reach.ts";
import { neighbourInterfaces } from "./neighbours.ts";

const FILE = "/etc/conntrackd/conntrackd.conf";
const UNIT = "conntrackd.service";

/** The service of security.yaml that lets firewalls tell each other of connections, and says on which port and in which segments. */
const SERVICE = "state-sync";

/** Socket buffers; the kernel's own default overruns at a few thousand new connections a second. */
const BUFFER_BYTES = 1_249_280;
/** Flows that are kept track of; the kernel's own table has as many by default. */
const FLOWS = 262_144;

/**
 * Where two firewalls stand in for each other, each knows the other's connections, so that established ones survive a takeover:
 * conntrackd writes them straight into the other's kernel. Nothing has to run at the moment of a takeover, which may be one of
 * routing alone, or of VRRP.
 *
 * A third firewall would need multicast, which conntrackd does not combine with a list of peers.
 */
export function stateSyncIntent(province: Province, host: Host): HostIntent {
  const service = province.security.services.find((one) => one.name === SERVICE);
  const [peer, ...more] = host.role === "firewall" ? hostsOfRole(province, "firewall").filter((one) => one.name !== host.name && one.site === host.site) : [];
  if (service === undefined || peer === undefined || more.length > 0) return {};
  const legs = neighbourInterfaces(province, host, SERVICE).flatMap((own) => {
    const far = peer.interfaces.find((one) => one.segment !== undefined && one.segment === own.segment);
    return far === undefined ? [] : [{ own, far }];
  });
  if (legs.length === 0) return {};
  return {
    packages: ["conntrackd"],
    files: { [FILE]: { content: configuration(host, service, legs), mode: "0640" } },
    units: { [UNIT]: { enabled: true, running: true } },
    // It reads its configuration only when it starts, and has no way to check one.
    services: [{ name: "conntrackd", files: [FILE], reload: `systemctl restart ${UNIT}`, unit: UNIT }],
  };
}

function configuration(host: Host, service: FirewallService, legs: readonly { own: Interface; far: Interface }[]): string {
  const { first: port } = portsOf(service.ports[0]!);
  const own = [...host.interfaces, ...(host.loopback === undefined ? [] : [host.loopback])];
  const bare = (text: string): string => (text.includes("/") ? addressOf(text) : text);
  return [
    "Sync {",
    "    Mode FTFW {",
    "        DisableExternalCache On",
    "        StartupResync On",
    "    }",
    ...legs.flatMap(({ own: near, far }, i) => [
      `    UDP${i === 0 ? " Default" : ""} {`,
      `        IPv4_address ${addressOf(near.ipv4)}`,
      `        IPv4_Destination_Address ${addressOf(far.ipv4)}`,
      `        Port ${port + i}`,
      `        Interface ${near.name}`,
      `        SndSocketBuffer ${BUFFER_BYTES}`,
      `        RcvSocketBuffer ${BUFFER_BYTES}`,
      "        Checksum on",
      "    }",
    ]),
    "}",
    "General {",
    "    HashSize 32768",
    `    HashLimit ${FLOWS}`,
    "    LogFile off",
    "    Syslog on",
    "    LockFile /run/lock/conntrack.lock",
    "    UNIX {",
    "        Path /run/conntrackd.ctl",
    "    }",
    "    NetlinkBufferSize 2097152",
    "    NetlinkBufferSizeMaxGrowth 8388608",
    "    Filter From Kernelspace {",
    "        Protocol Accept {",
    "            TCP",
    "            UDP",
    "            ICMP",
    "            IPv6-ICMP",
    "        }",
    "        # A firewall's own connections are nobody else's.",
    "        Address Ignore {",
    "            IPv4_address 127.0.0.1",
    "            IPv6_address ::1",
    ...own.flatMap(({ ipv4, ipv6 }) => [`            IPv4_address ${bare(ipv4)}`, `            IPv6_address ${bare(ipv6)}`]),
    "        }",
    "    }",
    "}",
    "",
  ].join("\n");
}
