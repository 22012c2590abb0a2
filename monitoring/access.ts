/** How life is looked at in an environment: commands on hosts by SSH, and vantages in the offices' LANs. */
import type { CommandResult, Vantage } from "./probes/vantage.ts";
import { addressOf, lanWorkstation } from "../inventory/index.ts";
import type { Environment, Host, Province, Site } from "../inventory/model.ts";
import { SessionPool } from "../infra/host/pool.ts";
import { resolverFile } from "../infra/network/resolver.ts";
import { connectionOf } from "../infra/reach.ts";
import { openTools, type Tools, twinName, workstationOf } from "../infra/twin/index.ts";

export interface Access extends AsyncDisposable {
  readonly vantages: readonly Vantage[];
  /** Runs a shell command as root, with `input` as its standard input. An unreachable host is a result with exit code 255, as ssh reports it. */
  onHost(host: Host, command: string, input?: string): Promise<CommandResult>;
}

/** Seconds until a host that does not answer is given up: it should be there already. */
const LOGIN_TIMEOUT_SECONDS = 10;

/** Opens what is needed as it is needed; disposing of it closes every connection. */
export async function openAccess(province: Province, environment: Environment): Promise<Access> {
  const pool = new SessionPool();
  const onHost = async (host: Host, command: string, input = ""): Promise<CommandResult> => {
    const connection = { ...connectionOf(province, environment, host), timeoutSeconds: LOGIN_TIMEOUT_SECONDS };
    try {
      const { code, stdout, stderr } = await pool.use(connection, (session) => session.run(command, Buffer.from(input)));
      return { exitCode: code ?? 255, stdout: stdout.toString("utf8"), stderr };
    } catch (error) {
      return { exitCode: 255, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
    }
  };
  const tools = environment.kind === "twin" ? await openTools(twinName(province, environment), { resolver: resolverFile(province).content }) : undefined;
  const vantages = [...province.sites.values()].flatMap((site): Vantage[] => {
    const lan = lanWorkstation(site);
    if (lan === undefined) return [];
    return [tools !== undefined
      ? workstation(tools, site, { ipv4: addressOf(lan.ipv4), ipv6: addressOf(lan.ipv6) })
      : routerOf(province, site, lan.gateway, onHost)];
  });
  return {
    vantages, onHost,
    [Symbol.asyncDispose]: async () => {
      pool.close();
      await tools?.[Symbol.asyncDispose]();
    },
  };
}

/** In a twin an office has a workstation. */
function workstation(tools: Tools, site: Site, address: Vantage["address"]): Vantage {
  return {
    site: site.slug, address,
    run: async (argv, input = "") => {
      const { code, stdout, stderr } = await tools.run(workstationOf(site), argv, { input });
      return { exitCode: code, stdout, stderr };
    },
  };
}

/** On real hosts the office's router speaks for its LAN, from its LAN address. */
function routerOf(province: Province, site: Site, address: Vantage["address"], onHost: Access["onHost"]): Vantage {
  const router = [...province.hosts.values()].find((host) => host.site === site.slug) as Host;
  return { site: site.slug, address, source: address, run: async (argv, input) => await onHost(router, argv.map(quoted).join(" "), input) };
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
