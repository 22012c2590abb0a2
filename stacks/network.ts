import * as pulumi from "@pulumi/pulumi";
import { gatewaysOf } from "../infra/datacenter/gateways.ts";
import { Network } from "../infra/network/network.ts";
import { ospfSecret } from "../infra/network/secret.ts";
import { isRouter } from "../infra/network/router.ts";
import type { StackContext } from "./context.ts";

/** The network layer. Its outputs say where a router can be reached from inside the province. */
export function networkStack(context: StackContext): Record<string, unknown> {
  const { province } = context;
  const { ospf, bgp } = province.routing;
  const config = new pulumi.Config("egov");
  const secrets = {
    [bgp.authenticationSecret]: config.requireSecret(bgp.authenticationSecret),
    [ospf.authentication.secret]: config.requireSecret(ospf.authentication.secret).apply(ospfSecret),
  };
  const network = new Network("network", { ...context, secrets });
  const loopbacks = [...province.hosts.values()].filter((host) => isRouter(host) && network.routers.has(host.name)).map((host) => [host.name, host.loopback]);
  return {
    loopbacks: Object.fromEntries(loopbacks),
    gateways: gatewaysOf(province),
  };
}
