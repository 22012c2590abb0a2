import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "../../infra/host/configuration.ts";
import { configureHosts, type DomainArgs } from "../../infra/host/role.ts";
import type { Tls } from "../../infra/pki/tls.ts";
import { monitoringDesign } from "./design.ts";

/** Prometheus, Alertmanager and what they ask. One Configuration for each host. */
export class Monitoring extends pulumi.ComponentResource {
  /** By host. */
  readonly hosts: ReadonlyMap<string, Configuration>;

  constructor(name: string, args: DomainArgs & { readonly tls: Tls }, options?: pulumi.ComponentResourceOptions) {
    super("egov:monitoring:Monitoring", name, {}, options);
    this.hosts = configureHosts(this, "monitoring", monitoringDesign(args.province, args.tls), args);
    this.registerOutputs({});
  }
}
