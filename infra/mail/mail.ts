import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import type { Tls } from "../pki/tls.ts";
import { mailDesign } from "./design.ts";

/** Mail for every official. One Configuration for each host. */
export class Mail extends pulumi.ComponentResource {
  /** By host. */
  readonly hosts: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs & { readonly tls: Tls }, options?: pulumi.ComponentResourceOptions) {
    super("egov:mail:Mail", name, {}, options);
    this.hosts = configureHosts(this, "mail", mailDesign(args.province, args.tls), args);
    this.registerOutputs({});
  }
}
