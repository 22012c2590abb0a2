import * as pulumi from "@pulumi/pulumi";
import { Datacenter } from "../infra/datacenter/datacenter.ts";
import { gatewaysOf, sameGateways } from "../infra/datacenter/gateways.ts";
import { hostAddress } from "../infra/network/resolver.ts";
import { hostsOfRole } from "../inventory/index.ts";
import type { HostRole } from "../inventory/model.ts";
import type { StackContext } from "./context.ts";

/** The data center's first servers, behind the gateways that the network layer has set up. */
export function datacenterStack(context: StackContext): Record<string, unknown> {
  const { province, environment } = context;
  const network = new pulumi.StackReference(`organization/${pulumi.getProject()}/network.${environment.name}`);
  const datacenter = new Datacenter("datacenter", context);
  const addresses = (role: HostRole) => hostsOfRole(province, role).flatMap((host) => (datacenter.servers.has(host.name) ? (hostAddress(host) ?? []) : []));
  return {
    zone: province.services.dns.zone,
    dnsServers: addresses("dns"),
    ntpServers: addresses("ntp"),
    gateways: network.requireOutput("gateways").apply((theirs) => sameGateways(theirs, gatewaysOf(province), environment.name)),
  };
}
