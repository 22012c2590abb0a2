import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import type { Tls } from "../pki/tls.ts";
import { bootedHosts } from "../../inventory/reach.ts";
import { mailDesign } from "./design.ts";

/**
 * Mail for every official: one Configuration for each host that has a part in it. In a twin the foreign domain's server, which
 * belongs to somebody else, is played as well.
 *
 * @example
 * new Mail("mail", { province, environment, connection, tls, secrets: { ...keys, ...mailSecrets(config) } });
 */
export class Mail extends pulumi.ComponentResource {
  /** By host. */
  readonly hosts: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs & { readonly tls: Tls }, options?: pulumi.ComponentResourceOptions) {
    super("egov:mail:Mail", name, {}, options);
    const ours = new Set(bootedHosts(args.province, args.environment).map((host) => host.name));
    const designs = [...mailDesign(args.province, args.tls)].filter(([host]) => ours.has(host));
    this.hosts = configureHosts(this, "mail", new Map(designs), args);
    this.registerOutputs({});
  }
}
