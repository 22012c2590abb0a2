import type { HostIntent } from "../host/intent.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { RESOLVER_PATH, resolverFile } from "../network/resolver.ts";

const UNIT = "systemd-networkd.service";

/**
 * What every server of the data center has: its address in its segment, the gateway that the firewalls share, and the resolver.
 *
 * systemd-networkd comes with systemd, touches only interfaces that it has a file for (so never the management interface), and
 * takes a change without taking the interface down; ifupdown, asked to undo what its file no longer says, leaves it behind.
 */
export function serverIntent(province: Province, host: Host): HostIntent {
  const ports = host.interfaces.filter((one) => one.kind === "segment");
  const files = Object.fromEntries(ports.map((one) => [`/etc/systemd/network/10-${one.name}.network`, one] as const).map(([path, one]) => {
    const segment = one.segment === undefined ? undefined : province.segments.get(one.segment);
    if (segment === undefined) throw new Error(`interface ${one.name} of ${host.name} names no segment of the province`);
    const lines = [
      "[Match]",
      `Name=${one.name}`,
      "",
      "[Network]",
      `Address=${one.ipv4}`,
      `Address=${one.ipv6}`,
      `Gateway=${segment.gateway.ipv4}`,
      `Gateway=${segment.gateway.ipv6}`,
      "DHCP=no",
      "IPv6AcceptRA=no",
      "LLMNR=no",
      "ConfigureWithoutCarrier=yes",
    ];
    return [path, { content: `${lines.join("\n")}\n` }];
  }));
  return {
    packages: ["systemd"],
    files: { ...files, [RESOLVER_PATH]: resolverFile(province) },
    sysctls: {
      "net.ipv4.conf.all.accept_redirects": "0",
      "net.ipv6.conf.all.accept_redirects": "0",
      "net.ipv6.conf.default.accept_ra": "0",
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{ name: "networkd", files: Object.keys(files), reload: "networkctl reload", unit: UNIT }],
  };
}
