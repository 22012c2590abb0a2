import { Security } from "../infra/security/security.ts";
import type { StackContext } from "./context.ts";

/** Zones and what may pass between them, on the firewalls and on every host. */
export function securityStack(context: StackContext): Record<string, unknown> {
  const security = new Security("security", context);
  return { hosts: [...security.hosts.keys()] };
}
