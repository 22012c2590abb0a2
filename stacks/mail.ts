import * as pulumi from "@pulumi/pulumi";
import { encrypt } from "unixcrypt";
import { Mail } from "../infra/mail/mail.ts";
import { DKIM_KEY_SECRET, DKIM_RECORD_SECRET, dkimRecord, FOREIGN_DKIM_KEY_SECRET, FOREIGN_DKIM_RECORD_SECRET } from "../infra/mail/dkim.ts";
import { PROBE_HASH_SECRET, PROBE_PASSWORD_SECRET } from "../infra/mail/names.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** The same at each run. The password is a long random one, for which no salt is needed to make guessing harder. */
const probeHash = (password: string): string => encrypt(password, "$6$mailprobe");

/** Mail for every official. */
export function mailStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets: keys } = stackTls(context, TLS_ROLES.mail ?? []);
  const config = new pulumi.Config("egov");
  const dkim = config.requireSecret(DKIM_KEY_SECRET);
  const foreign = config.requireSecret(FOREIGN_DKIM_KEY_SECRET);
  const secrets = {
    ...keys,
    [DKIM_KEY_SECRET]: dkim,
    [DKIM_RECORD_SECRET]: dkim.apply(dkimRecord),
    [FOREIGN_DKIM_KEY_SECRET]: foreign,
    [FOREIGN_DKIM_RECORD_SECRET]: foreign.apply(dkimRecord),
    [PROBE_HASH_SECRET]: config.requireSecret(PROBE_PASSWORD_SECRET).apply(probeHash),
  };
  const mail = new Mail("mail", { ...context, tls, secrets });
  return { hosts: [...mail.hosts.keys()] };
}
