import * as pulumi from "@pulumi/pulumi";
import { MONITORING_SECRETS } from "../monitoring/server/exporters.ts";
import { Monitoring } from "../monitoring/server/monitoring.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** Prometheus and Alertmanager, and what they ask. */
export function monitoringStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets: keys } = stackTls(context, TLS_ROLES.monitoring ?? []);
  const config = new pulumi.Config("egov");
  const secrets = { ...keys, ...Object.fromEntries(MONITORING_SECRETS.map((name) => [name, config.requireSecret(name)])) };
  const monitoring = new Monitoring("monitoring", { ...context, tls, secrets });
  return { hosts: [...monitoring.hosts.keys()] };
}
