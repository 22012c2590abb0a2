import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import { waves } from "../waves.ts";
import { securityDesign } from "./design.ts";

/**
 * Firewall zones, on the firewalls and on every host: one Configuration for each. Changes go out by risk, a canary first.
 *
 * @example
 * new Security("security", { province, environment, connection: (host) => connectionOf(province, environment, host) });
 */
export class Security extends pulumi.ComponentResource {
  /** By host. */
  readonly hosts: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs, options?: pulumi.ComponentResourceOptions) {
    super("egov:security:Security", name, {}, options);
    const designs = securityDesign(args.province, args.environment);
    this.hosts = configureHosts(this, "security", designs, args, waves(args.province, designs.keys()));
    this.registerOutputs({});
  }
}
