import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./inputs.ts";
import type { HostFile, HostGuard, HostIntent, HostService, HostUnit } from "./intent.ts";

export type { Connection } from "./inputs.ts";

type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** A host's intent, its name, how to reach it, and the secrets that its files ask for. */
export interface ConfigurationArgs extends Inputs<HostIntent> {
  /** The host's name, for messages and the id. Another name is another resource. */
  readonly host: pulumi.Input<string>;
  /** Tells several configurations of one host apart; the resource's name by default. Another role is another resource. */
  readonly role?: pulumi.Input<string>;
  readonly connection: pulumi.Input<Inputs<Connection>>;
  /**
   * Values of the `{{secret:NAME}}` in `files`: 4 characters at least. They reach the host, and are encrypted in state.
   * @example { OSPF_KEY: config.requireSecret("ospfKey") }
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The wanted state of one Debian host for one role. It is applied as a transaction: checked on the host before anything
 * is replaced, and taken back when a daemon refuses it, the host can no longer be reached or, where it is guarded, has lost
 * neighbours.
 *
 * @example
 * new Configuration("r-vinh", { host: "r-vinh", connection, ...design(province).get("r-vinh") });
 */
export class Configuration extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly role: pulumi.Output<string>;
  declare readonly packages: pulumi.Output<readonly string[] | undefined>;
  declare readonly files: pulumi.Output<Readonly<Record<string, HostFile>> | undefined>;
  declare readonly sysctls: pulumi.Output<Readonly<Record<string, string>> | undefined>;
  declare readonly units: pulumi.Output<Readonly<Record<string, HostUnit>> | undefined>;
  declare readonly services: pulumi.Output<readonly HostService[] | undefined>;
  declare readonly guard: pulumi.Output<HostGuard | undefined>;
  /** What the last change did on the host, in words, in order. */
  declare readonly applied: pulumi.Output<readonly string[]>;

  constructor(name: string, args: ConfigurationArgs, options?: pulumi.CustomResourceOptions) {
    const { host, role = name, connection, packages, files, sysctls, units, services, guard, secrets } = args;
    super("host:index:Configuration", name,
      { host, role, connection, packages, files, sysctls, units, services, guard, secrets: secrets && pulumi.secret(secrets), applied: undefined },
      pulumi.mergeOptions({ additionalSecretOutputs: ["secrets"] }, options));
  }
}
