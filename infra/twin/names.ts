/** Where everything of a twin is to be found by its name alone, so that it can be swept away after a crash too. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Environment, Host, Province } from "../../inventory/model.ts";
import { Failure } from "../../inventory/failure.ts";
import { managementAddress } from "../../inventory/reach.ts";

/** All twins' run directories, and what was changed on the machine for them. */
export const RUN_ROOT = "/run/egov";

/** The namespace that holds all bridges. No host can be called so: a host's name begins with a letter or digit. */
export const WIRES = "_wires";

/** The interface of the out-of-band management network in each host. */
export const MANAGEMENT_INTERFACE = "mgmt0";

/** The name of the twin of a province and one of its environments. */
export function twinName(province: Province, environment: Environment): string {
  return `${province.slug}-${environment.name}`;
}

/** The network namespace of a node (host, endpoint or WIRES), as `ip netns` lists it. */
export function namespaceOf(twin: string, node: string): string {
  return `${twin}.${node}`;
}

/** The operator's end of the management network: the only interface of a twin that the machine itself sees. */
export function operatorInterface(twin: string): string {
  return `eg${createHash("sha256").update(twin).digest("hex").slice(0, 8)}`;
}

/** The folders and files of a twin. `root` is a tmpfs of its own. */
export interface TwinPaths {
  readonly root: string;
  readonly plan: string;
  readonly cuts: string;
  readonly hosts: string;
  readonly tools: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

export function twinPaths(twin: string): TwinPaths {
  const root = join(RUN_ROOT, twin);
  return {
    root,
    plan: join(root, "plan.json"),
    cuts: join(root, "cuts"),
    hosts: join(root, "hosts"),
    tools: join(root, "tools"),
    identityFile: join(root, "ssh/id_ed25519"),
    knownHostsFile: join(root, "ssh/known_hosts"),
  };
}

/** How a host of a twin is reached. */
export interface TwinConnection {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

/** How `host` is reached by SSH. Does not ask whether the twin is up. */
export function twinConnection(province: Province, environment: Environment, host: Host): TwinConnection {
  const paths = twinPaths(twinName(province, environment));
  return {
    address: managementAddress(environment, host),
    port: 22,
    user: "root",
    identityFile: paths.identityFile,
    knownHostsFile: paths.knownHostsFile,
  };
}

/** The environment of that name, which must be a twin. */
export function twinEnvironment(province: Province, name: string): Environment {
  const environment = province.environments.get(name);
  if (environment === undefined) {
    throw new Failure(`environment ${name} is not in the inventory of ${province.slug}`, {
      advice: `it has: ${[...province.environments.keys()].join(", ") || "none"}`,
    });
  }
  if (environment.kind !== "twin") {
    throw new Failure(`environment ${name} of ${province.slug} is of kind ${environment.kind}: its hosts are there already`, {
      advice: "only an environment of kind twin is started and stopped here",
    });
  }
  return environment;
}
