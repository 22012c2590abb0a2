import { Monitoring } from "../monitoring/server/monitoring.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** Prometheus and Alertmanager, and what they ask. */
export function monitoringStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets } = stackTls(context, TLS_ROLES.monitoring ?? []);
  const monitoring = new Monitoring("monitoring", { ...context, tls, secrets });
  return { hosts: [...monitoring.hosts.keys()] };
}
