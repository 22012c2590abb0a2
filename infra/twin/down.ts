/** Stops a twin and takes away all of it, however it came to be as it is. */
import { existsSync, readdirSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { removeGroup, twinsGroup } from "./cgroups.ts";
import { isMounted, restoreLimits } from "./limits.ts";
import { WIRES, namespaceOf, operatorInterface, twinPaths } from "./names.ts";
import { lockTwin, requireRoot } from "./guard.ts";
import { attempt, run } from "./run.ts";

/** How many namespaces one `ip` process deletes at once. */
const LANES = 4;

/**
 * Stops the twin and leaves nothing of it on the machine but the kept image. Gives false when there was nothing. Throws
 * Failure when an `up` of this twin is at work.
 */
export async function twinDown(twin: string): Promise<boolean> {
  requireRoot();
  const held = await lockTwin(twin, "down");
  try {
    const stood = await sweep(twin);
    await restoreLimits();
    return stood;
  } finally {
    await held.release();
  }
}

/**
 * Takes away everything that bears the twin's name: processes by control group, namespaces by prefix, the run directory.
 * The caller holds the twin's lock. Gives false when there was nothing.
 */
export async function sweep(twin: string): Promise<boolean> {
  const { root } = twinPaths(twin);
  const group = join(await twinsGroup(), twin);
  const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns").filter((name) => name.startsWith(namespaceOf(twin, ""))) : [];
  const stood = existsSync(root) || existsSync(group) || namespaces.length > 0;
  const wires = namespaceOf(twin, WIRES);
  // A namespace that has lost its name lives on until its last process is gone; the kernel starts on the others meanwhile.
  await Promise.all([removeGroup(group), removeNames(namespaces.filter((name) => name !== wires))]);
  await removeNames(namespaces.filter((name) => name === wires));
  await kernelHasFreed(operatorInterface(twin));
  // An `up` may have been killed between two mounts, so there may be more than one, or none.
  while (await isMounted(root)) await run(["umount", "-l", root]);
  if (existsSync(root)) await rmdir(root);
  await rmdir(join(group, "..")).catch((error: NodeJS.ErrnoException) => {
    if (!["ENOENT", "EBUSY", "ENOTEMPTY"].includes(error.code ?? "")) throw error;
  });
  return stood;
}

async function removeNames(namespaces: readonly string[]): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => namespaces.filter((_name, index) => index % LANES === lane))
    .filter((some) => some.length > 0)
    .map((some) => attempt(["ip", "-force", "-batch", "-"], { input: some.map((name) => `netns del ${name}\n`).join("") })));
}

/**
 * The kernel frees namespaces a little after they have lost their names. The operator's interface ends in the one that went
 * last, and goes with it.
 */
async function kernelHasFreed(device: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (existsSync(`/sys/class/net/${device}`) && Date.now() < deadline) await sleep(10);
  if (existsSync(`/sys/class/net/${device}`)) await run(["ip", "link", "del", device]);
}
