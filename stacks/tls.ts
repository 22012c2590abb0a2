import * as pulumi from "@pulumi/pulumi";
import { AUTHORITY_SETTING, certificateSetting, keySecret, type Tls } from "../infra/pki/tls.ts";
import type { HostRole } from "../inventory/model.ts";
import type { StackContext } from "./context.ts";

export interface StackTls {
  readonly tls: Tls;
  /** The private keys, by the names that the placeholders have. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The certificates of hosts of `roles`, from the stack's settings. */
export function stackTls({ province }: StackContext, roles: readonly HostRole[]): StackTls {
  const config = new pulumi.Config("egov");
  const names = [...province.certificates.values()].filter(({ host }) => roles.includes(province.hosts.get(host)!.role)).map(({ name }) => name);
  return {
    tls: {
      authority: config.require(AUTHORITY_SETTING),
      certificates: new Map(names.map((name) => [name, { certificate: config.require(certificateSetting(name)), key: `{{secret:${keySecret(name)}}}` }])),
    },
    secrets: Object.fromEntries(names.map((name) => [keySecret(name), config.requireSecret(keySecret(name))])),
  };
}
