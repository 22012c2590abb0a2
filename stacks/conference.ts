import { Conference } from "../infra/conference/conference.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** HD video conference. */
export function conferenceStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets } = stackTls(context, TLS_ROLES.conference ?? []);
  const conference = new Conference("conference", { ...context, tls, secrets });
  return { hosts: [...conference.hosts.keys()] };
}
