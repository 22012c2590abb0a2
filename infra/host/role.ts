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
 *
 * @param after host → hosts of the design that are changed before it, and that keep it as it is when their change fails; a host
 * stands after those that it waits for. By default all are changed side by side.
 */
export function configureHosts(parent: pulumi.Resource, role: string, designs: ReadonlyMap<string, HostIntent>, args: DomainArgs,
  after: ReadonlyMap<string, readonly string[]> = new Map()): Map<string, Configuration> {
  const made = new Map<string, Configuration>();
  for (const name of new Set([...after.keys(), ...designs.keys()])) {
    const [host, intent] = [args.province.hosts.get(name), designs.get(name)];
    if (host === undefined) throw new Error(`the design names a host ${name} that the province does not have`);
    if (intent === undefined) continue;
    const secrets = secretsOf(intent, args.secrets ?? {});
    const dependsOn = (after.get(name) ?? []).flatMap((before) => made.get(before) ?? []);
    made.set(name, new Configuration(name, { host: name, role, connection: args.connection(host), ...intent, ...(secrets && { secrets }) }, { parent, dependsOn }));
  }
  return new Map([...designs.keys()].map((name) => [name, made.get(name)!]));
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
