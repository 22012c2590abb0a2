import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
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
  return mergeIntents([addressIntent(host), {
    files: { [RESOLVER_PATH]: resolverFile(province) },
    sysctls: {
      "net.ipv4.conf.all.accept_redirects": "0",
      "net.ipv6.conf.all.accept_redirects": "0",
      "net.ipv6.conf.default.accept_ra": "0",
    },
  }]);
}

/** A server's addresses and its way out. */
export function addressIntent(host: Host): HostIntent {
  const files = Object.fromEntries(host.interfaces.map((one) => {
    const lines = [
      "[Match]",
      `Name=${one.name}`,
      "",
      "[Network]",
      `Address=${one.ipv4}`,
      `Address=${one.ipv6}`,
      ...(one.gateway === undefined ? [] : [`Gateway=${one.gateway.ipv4}`, `Gateway=${one.gateway.ipv6}`]),
      "DHCP=no",
      "IPv6AcceptRA=no",
      "LLMNR=no",
      "ConfigureWithoutCarrier=yes",
    ];
    return [`/etc/systemd/network/10-${one.name}.network`, { content: `${lines.join("\n")}\n` }];
  }));
  return {
    packages: ["systemd"],
    files,
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{ name: "networkd", files: Object.keys(files), reload: "networkctl reload", unit: UNIT }],
  };
}
