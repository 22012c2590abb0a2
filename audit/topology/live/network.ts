/** The live network: what every host said of itself, asked all at once, one SSH session a host. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { intendedAdjacencies } from "../../../infra/network/adjacency.ts";
import { isRouter } from "../../../infra/network/router.ts";
import type { Environment, Host, Province } from "../../../inventory/model.ts";
import { addressOf, bootedHosts } from "../../../inventory/reach.ts";
import type { Access } from "../../../monitoring/access.ts";
import { QUESTIONS } from "../../../monitoring/probes/adjacency.ts";
import { type LiveHost, parseHost } from "./host.ts";
import type { Trace } from "./trace.ts";

export interface LiveNetwork {
  readonly environment: Environment;
  /** Those that answered, by name. */
  readonly hosts: ReadonlyMap<string, LiveHost>;
  /** Those that did not, with the reason. */
  readonly silent: ReadonlyMap<string, string>;
  /** Packets that were sent between sampled places; see trace.ts. */
  readonly traces: readonly Trace[];
}

const SCRIPT = readFileSync(join(import.meta.dirname, "collect.sh"), "utf8");

/** Asks every host that is ours in the environment. A host that does not answer is a result, not an error. */
export async function readNetwork(province: Province, environment: Environment, access: Pick<Access, "onHost">): Promise<Omit<LiveNetwork, "traces">> {
  const salt = randomBytes(16).toString("hex");
  const hosts = new Map<string, LiveHost>();
  const silent = new Map<string, string>();
  await Promise.all(bootedHosts(province, environment).map(async (host) => {
    const { exitCode, stdout, stderr } = await access.onHost(host, `sh -c '${SCRIPT.replaceAll("'", "'\\''")}'`, inputFor(province, host, salt));
    try {
      hosts.set(host.name, parseHost(stdout));
    } catch {
      silent.set(host.name, stderr.trim().split("\n").at(-1) || `it ended with exit code ${exitCode} in the middle of its answer`);
    }
  }));
  return { environment, hosts, silent };
}

function inputFor(province: Province, host: Host, salt: string): string {
  const protocols = intendedAdjacencies(province).filter((one) => one.host === host.name).map((one) => one.protocol);
  const questions = isRouter(host) ? [...new Set(protocols.map((protocol) => QUESTIONS[protocol]))] : [];
  const targets = host.interfaces.flatMap((one) => {
    const far = one.link === undefined ? undefined : province.links.get(one.link)?.ends.find((end) => end.host !== host.name);
    return far === undefined ? [] : [`${one.name} ${addressOf(far.ipv4)}`];
  });
  return [salt, ...questions, "@@links", ...targets, ""].join("\n");
}
