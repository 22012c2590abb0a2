import type * as pulumi from "@pulumi/pulumi";
import type { Environment, Host, Province } from "../../inventory/model.ts";
import { Configuration } from "./configuration.ts";
import type { Connection } from "./inputs.ts";
import type { HostIntent } from "./intent.ts";

/** What every domain's component is given. */
export interface DomainArgs {
  readonly province: Province;
  readonly environment: Environment;
  /** How a host is reached in the environment. */
  readonly connection: (host: Host) => Connection;
  /** Values of the `{{secret:NAME}}` in the domain's files, by name. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * One Configuration for each host of a design, called like the host and belonging to `parent`. Only a host whose files ask for
 * secrets is given them, and only those.
 */
export function configureHosts(parent: pulumi.Resource, role: string, designs: ReadonlyMap<string, HostIntent>, args: DomainArgs): Map<string, Configuration> {
  return new Map(
    [...designs].map(([name, intent]) => {
      const host = args.province.hosts.get(name);
      if (host === undefined) throw new Error(`the design names a host ${name} that the province does not have`);
      const secrets = secretsOf(intent, args.secrets ?? {});
      return [
        name,
        new Configuration(name, { host: name, role, connection: args.connection(host), ...intent, ...(secrets && { secrets }) }, { parent }),
      ];
    }),
  );
}

function secretsOf(intent: HostIntent, known: NonNullable<DomainArgs["secrets"]>): DomainArgs["secrets"] {
  const texts = Object.values(intent.files ?? {}).map((file) => file.content);
  const names = new Set(texts.flatMap((text) => [...text.matchAll(/\{\{secret:([^}]+)\}\}/g)].map((match) => match[1] as string)));
  if (names.size === 0) return undefined;
  return Object.fromEntries([...names].map((name) => {
    const value = known[name];
    if (value === undefined) throw new Error(`a file asks for the secret '${name}', which nobody gave`);
    return [name, value];
  }));
}
