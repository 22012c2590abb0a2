import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import { datacenterDesign } from "./design.ts";

/**
 * The data center's first servers: one Configuration for each.
 *
 * @example
 * new Datacenter("datacenter", { province, environment, connection: (host) => connectionOf(province, environment, host) });
 */
export class Datacenter extends pulumi.ComponentResource {
  /** By host. */
  readonly servers: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs, options?: pulumi.ComponentResourceOptions) {
    super("egov:datacenter:Datacenter", name, {}, options);
    this.servers = configureHosts(this, "datacenter", datacenterDesign(args.province), args);
    this.registerOutputs({});
  }
}
