/** Where packets can be sent from and watched for: every node of a twin; of real provinces the hosts, and for an office its router. */
import { type Access, openAccess } from "./access.ts";
import type { Family } from "../infra/security/places.ts";
import { type Node, OUTSIDE } from "../infra/security/nodes.ts";
import { openTools, twinName, workstationOf } from "../infra/twin/index.ts";
import { addressOf, bootedHosts, hostsOfRole } from "../inventory/index.ts";
import type { Environment, Province } from "../inventory/model.ts";
import type { CommandResult } from "./probes/vantage.ts";

/** A node at which commands can be run, and the addresses that stand for it. */
export interface Post {
  readonly name: string;
  readonly address: Readonly<Partial<Record<Family, string>>>;
  /** Runs a command there as root. A non-zero exit code is a result, not an error. */
  run(argv: readonly string[]): Promise<CommandResult>;
}

export interface Posts extends AsyncDisposable {
  /** Undefined where nothing of ours stands: outside, and at communes of a real province. */
  at(node: Node): Post | undefined;
  readonly access: Access;
}

/** Disposing closes every connection. @throws Failure when the twin is not up. */
export async function openPosts(province: Province, environment: Environment): Promise<Posts> {
  const access = await openAccess(province, environment);
  const booted = new Set(bootedHosts(province, environment).map(({ name }) => name));
  const tools = environment.kind === "twin" ? await openTools(twinName(province, environment)) : undefined;
  const at = (node: Node): Post | undefined => {
    const host = node.kind === "host" ? province.hosts.get(node.name) : undefined;
    if (tools !== undefined) {
      const [edge] = hostsOfRole(province, "state-edge");
      const name = node.kind === "workstation" ? workstationOf(node.site!) : node.name === OUTSIDE && edge !== undefined ? edge.name : node.name;
      if ((node.kind === "address" && name === node.name) || (node.kind === "host" && !booted.has(node.name))) return undefined;
      return { ...node, run: async (argv) => result(await tools.run(name, argv)) };
    }
    if (host !== undefined && booted.has(host.name)) return { ...node, run: async (argv) => await access.onHost(host, argv.map(quoted).join(" ")) };
    const router = node.kind === "workstation" ? [...province.hosts.values()].find((one) => one.site === node.site!.slug && one.role === "site-router") : undefined;
    const lan = router?.interfaces.find((one) => one.kind === "lan");
    if (router === undefined || lan === undefined) return undefined;
    return { name: node.name, address: { ipv4: addressOf(lan.ipv4), ipv6: addressOf(lan.ipv6) }, run: async (argv) => await access.onHost(router, argv.map(quoted).join(" ")) };
  };
  return {
    at, access,
    [Symbol.asyncDispose]: async () => {
      await tools?.[Symbol.asyncDispose]();
      await access[Symbol.asyncDispose]();
    },
  };
}

function result({ code, stdout, stderr }: { readonly code: number; readonly stdout: string; readonly stderr: string }): CommandResult {
  return { exitCode: code, stdout, stderr };
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
