import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import { bootedHosts } from "../../inventory/reach.ts";
import { waves } from "../waves.ts";
import { networkDesign, stateEdgeDesign } from "./design.ts";

/**
 * The province's network: one Configuration for each router. In a twin the edge of the state network, which belongs to somebody
 * else, is played as well. Changes go out by risk, a canary first.
 *
 * @example
 * new Network("network", { province, environment, connection: (host) => connectionOf(province, environment, host), secrets });
 */
export class Network extends pulumi.ComponentResource {
  /** By host. */
  readonly routers: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs, options?: pulumi.ComponentResourceOptions) {
    super("egov:network:Network", name, {}, options);
    const ours = new Set(bootedHosts(args.province, args.environment).map((host) => host.name));
    const designs = [...networkDesign(args.province), ...stateEdgeDesign(args.province)].filter(([host]) => ours.has(host));
    this.routers = configureHosts(this, "network", new Map(designs), args, waves(args.province, designs.map(([host]) => host)));
    this.registerOutputs({});
  }
}
