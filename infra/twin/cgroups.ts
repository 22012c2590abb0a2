/**
 * Every process of a twin is in one subtree of the unified control group hierarchy, so that all of them can be found and
 * killed at once, whoever started them and whatever became of that. Works beside systemd as PID 1 and without it, and on a
 * machine that still mounts the older hierarchies, which are left alone.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../inventory/failure.ts";

/** The subtree of all twins. */
export async function twinsGroup(): Promise<string> {
  for (const line of (await readFile("/proc/self/mountinfo", "utf8")).split("\n")) {
    const [before, after] = line.split(" - ");
    if (after?.startsWith("cgroup2 ")) return join(before!.split(" ")[4]!, "egov");
  }
  throw new Failure("no cgroup2 file system is mounted on this machine", {
    advice: "mount one: mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified",
  });
}

/** Where short-lived processes of a twin run, such as the batches that lay its wires. */
export interface Jobs {
  /** `argv`, made to run in the group. */
  command(argv: readonly string[]): string[];
}

/** Makes the group `name` (a path below the subtree) and gives the means to run in it. */
export async function openGroup(name: string): Promise<Jobs & { readonly path: string }> {
  const path = join(await twinsGroup(), name);
  await mkdir(path, { recursive: true });
  return {
    path,
    command: (argv) => ["sh", "-c", 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"', "sh", path, ...argv],
  };
}

/** Whether any process is left in the group, at any depth. A group that is not there has none. */
export async function isPopulated(path: string): Promise<boolean> {
  const events = await readFile(join(path, "cgroup.events"), "utf8").catch(() => "");
  return events.includes("populated 1");
}

/** All processes of the group, at any depth. */
export async function processesOf(path: string): Promise<number[]> {
  const own = (await readFile(join(path, "cgroup.procs"), "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => processesOf(join(path, entry.name))));
  return [...own, ...below.flat()];
}

/** Kills every process of the group and removes it. Throws an Error when something survives for `timeoutSeconds`. */
export async function removeGroup(path: string, timeoutSeconds = 20): Promise<void> {
  if (!existsSync(path)) return;
  await writeFile(join(path, "cgroup.kill"), "1");
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (await isPopulated(path)) {
    if (Date.now() > deadline) throw new Error(`processes ${(await processesOf(path)).join(", ")} in ${path} cannot be killed`);
    await sleep(10);
  }
  await removeEmpty(path);
}

async function removeEmpty(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeEmpty(join(path, entry.name));
  }
  await rmdir(path);
}
