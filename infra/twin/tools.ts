/** Runs tools of the image (fping, dig, tcpdump …) in the network namespace of any node, so that the machine needs none. */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openGroup } from "./cgroups.ts";
import { ENVIRONMENT, type ExecOptions, type ExecResult, noSuchNode, start, WITHOUT_CLOCK } from "./exec.ts";
import { imageFolder } from "./image.ts";
import { namespaceOf, twinPaths } from "./names.ts";
import { requirePlan } from "./store.ts";

/**
 * A view of the image that cannot be written to, with what most tools want to find in it. It lives as long as this
 * process, which ends with its standard input: whoever opened it may be killed and leaves nothing behind.
 */
const ROOM = `
mount --bind "$1" .
mount -o remount,bind,ro .
cd .
cd "$PWD"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs run
printf %s "$2" >run/resolv.conf
mount --bind run/resolv.conf etc/resolv.conf
echo ready
exec cat
`;

/** The image's tools, ready to run; disposing of it ends what still runs in it. */
export interface Tools extends AsyncDisposable {
  /** Runs `argv` in the network namespace of a host or an endpoint; the host need not run. @throws Failure for an unknown node. */
  run(node: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** As `run`, for a program that goes on: its process, with the standard streams (and more) that are asked for. */
  start(node: string, argv: readonly string[], stdio: StdioOptions): ChildProcess;
}

export interface ToolsOptions {
  /** Root of the image whose tools are wanted; by default that of the twin's hosts. */
  readonly root?: string;
  /** What the tools find in resolv.conf; nothing by default. */
  readonly resolver?: string;
}

/** Lays the tools of an image out once, for many runs. @throws Failure when the twin is not up. */
export async function openTools(twin: string, options: ToolsOptions = {}): Promise<Tools> {
  const plan = await requirePlan(twin);
  const group = await openGroup(`${twin}/_tools`);
  const root = options.root ?? join(imageFolder(), plan.image, "root");
  const { tools } = twinPaths(twin);
  const [program, ...rest] = group.command([
    ...WITHOUT_CLOCK, "unshare", "--mount", "--propagation", "private", `--wd=${tools}`, "sh", "-ec", ROOM, "sh", root, options.resolver ?? "",
  ]);
  const room = spawn(program!, rest, { stdio: ["pipe", "pipe", "pipe"], env: ENVIRONMENT });
  await ready(room);
  const stop = new AbortController();
  const command = (node: string, argv: readonly string[]): string[] => {
    if (plan.hosts[node] === undefined && plan.endpoints[node] === undefined) {
      throw noSuchNode(plan, node, [...Object.keys(plan.hosts), ...Object.keys(plan.endpoints)]);
    }
    return group.command([
      ...WITHOUT_CLOCK, "nsenter", `--mount=/proc/${room.pid}/ns/mnt`, `--net=/run/netns/${namespaceOf(twin, node)}`, "chroot", tools, ...argv,
    ]);
  };
  const going = new Set<ChildProcess>();
  return {
    run: async (node, argv, options = {}) =>
      await start(command(node, argv), { ...options, signal: AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]) }),
    start: (node, argv, stdio) => {
      const [program, ...rest] = command(node, argv);
      const child = spawn(program!, rest, { stdio, env: ENVIRONMENT });
      going.add(child);
      child.once("exit", () => going.delete(child));
      return child;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await Promise.all([...going].map(async (child) => {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }));
      if (room.exitCode !== null || room.signalCode !== null) return;
      room.stdin?.end();
      await once(room, "exit");
    },
  };
}

/** Resolves when the room is laid out; rejects with what went wrong. */
async function ready(room: ChildProcess): Promise<void> {
  let said = "";
  room.stderr?.setEncoding("utf8").on("data", (text: string) => { said += text; });
  await new Promise<void>((resolve, reject) => {
    room.on("error", reject);
    room.on("close", () => reject(new Error(`the image's tools cannot be laid out: ${said.trim().split("\n")[0] ?? ""}`)));
    room.stdout?.once("data", () => resolve());
  });
}

/** Runs one tool once. See `openTools`. */
export async function runInNamespace(twin: string, node: string, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  await using tools = await openTools(twin);
  return await tools.run(node, argv, options);
}
