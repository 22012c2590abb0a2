import * as pulumi from "@pulumi/pulumi";
import { Conference } from "../infra/conference/conference.ts";
import { CONFERENCE_SECRETS } from "../infra/conference/secrets.ts";
import type { StackContext } from "./context.ts";
import { TLS_ROLES } from "./layers.ts";
import { stackTls } from "./tls.ts";

/** HD video conference. */
export function conferenceStack(context: StackContext): Record<string, unknown> {
  const { tls, secrets: keys } = stackTls(context, TLS_ROLES.conference ?? []);
  const config = new pulumi.Config("egov");
  const secrets = { ...keys, ...Object.fromEntries(CONFERENCE_SECRETS.map((name) => [name, config.requireSecret(name)])) };
  const conference = new Conference("conference", { ...context, tls, secrets });
  return { hosts: [...conference.hosts.keys()] };
}
