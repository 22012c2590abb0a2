import { Mail } from "../infra/mail/mail.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** Mail for every official. */
export function mailStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets } = stackTls(context, TLS_ROLES.mail ?? []);
  const mail = new Mail("mail", { ...context, tls, secrets });
  return { hosts: [...mail.hosts.keys()] };
}
