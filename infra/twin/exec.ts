/** Runs programs inside the hosts of a twin, as their root. */
import { spawn, type StdioOptions } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { groupOf, runningRecord } from "./boot.ts";
import { openGroup, processesOf, twinsGroup } from "./cgroups.ts";
import type { TwinPlan } from "./plan.ts";
import { requirePlan } from "./store.ts";

export interface ExecOptions {
  /** As for `child_process.spawn`; `inherit` lets the program talk to the user's terminal. Collected by default. */
  readonly stdio?: "inherit" | "pipe";
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly code: number;
  /** Empty with `stdio: "inherit"`. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What programs in a twin find in their environment: nothing of this machine's. */
export const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", USER: "root", LANG: "C.UTF-8" };

/** The host's own processes cannot set the clock, which is the machine's; nor may what is run among them. */
export const WITHOUT_CLOCK = ["setpriv", "--inh-caps=-sys_time", "--bounding-set=-sys_time"];

/** Runs `argv` inside a host, as root. Throws Failure when the host is not in the twin or does not run. */
export async function execIn(twin: string, host: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const plan = await requirePlan(twin);
  if (plan.hosts[host] === undefined) throw noSuchNode(plan, host, Object.keys(plan.hosts));
  const init = await initOf(twin, host);
  if (init === undefined) throw new Failure(`host ${host} of twin ${twin} does not run`, { advice: "boot it again with: ./egov twin up" });
  const group = await openGroup(`${groupOf(twin, host)}/exec`);
  return start(group.command([...WITHOUT_CLOCK, "nsenter", `--target=${init}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", ...argv]), options);
}

/** The process that is number 1 inside the host. */
async function initOf(twin: string, host: string): Promise<number | undefined> {
  if (await runningRecord(twin, host) === undefined) return undefined;
  for (const pid of await processesOf(join(await twinsGroup(), groupOf(twin, host)))) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (/^NSpid:.*\t1$/m.test(status)) return pid;
  }
  return undefined;
}

/** Runs `argv` on this machine; rejects when it cannot be started. */
export function start(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const stdio: StdioOptions = options.stdio === "inherit" ? "inherit" : ["pipe", "pipe", "pipe"];
    const child = spawn(argv[0]!, argv.slice(1), { stdio, signal: options.signal, env: { ...ENVIRONMENT, TERM: process.env["TERM"] ?? "dumb" } });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => { stdout += text; });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => { stderr += text; });
    child.stdin?.on("error", () => undefined).end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/** The failure for a name that the twin does not have. */
export function noSuchNode(plan: TwinPlan, node: string, names: readonly string[]): Failure {
  const near = names.filter((name) => name.includes(node) || node.includes(name)).slice(0, 5);
  return new Failure(`twin ${plan.twin} has no ${node}`, {
    advice: near.length > 0 ? `did you mean ${near.join(", ")}?` : `it has ${names.length} of them, such as ${names.slice(0, 3).join(", ")}`,
  });
}
