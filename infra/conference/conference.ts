import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../host/configuration.ts";
import { configureHosts, type DomainArgs } from "../host/role.ts";
import type { Tls } from "../pki/tls.ts";
import { conferenceDesign } from "./design.ts";

/** HD video conference. One Configuration for each host. */
export class Conference extends pulumi.ComponentResource {
  /** By host. */
  readonly hosts: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs & { readonly tls: Tls }, options?: pulumi.ComponentResourceOptions) {
    super("egov:conference:Conference", name, {}, options);
    this.hosts = configureHosts(this, "conference", conferenceDesign(args.province, args.tls), args);
    this.registerOutputs({});
  }
}
