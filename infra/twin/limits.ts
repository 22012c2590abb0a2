/**
 * Limits of the machine that sixty systems on one kernel run into. They are raised, never lowered, while a twin stands, and
 * put back with the last one.
 */
import { readdirSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "./lock.ts";
import { RUN_ROOT } from "./names.ts";
import { attempt } from "./run.ts";

const WANTED: Readonly<Record<string, number>> = {
  // Each system needs half a dozen; the default of 128 stops the 29th host.
  "fs.inotify.max_user_instances": 65_536,
  "fs.inotify.max_user_watches": 1_048_576,
  // One table for all namespaces: with the default of 1,024 entries, hosts stop finding their neighbours.
  "net.ipv4.neigh.default.gc_thresh1": 16_384,
  "net.ipv4.neigh.default.gc_thresh2": 32_768,
  "net.ipv4.neigh.default.gc_thresh3": 65_536,
  "net.ipv6.neigh.default.gc_thresh1": 16_384,
  "net.ipv6.neigh.default.gc_thresh2": 32_768,
  "net.ipv6.neigh.default.gc_thresh3": 65_536,
  // A tenth of a second's pause on a busy machine brings more video than the default of 208 KiB holds.
  "net.core.rmem_default": 4_194_304,
};

/** What the machine was like before the first twin. */
interface Before {
  readonly limits: Readonly<Record<string, string>>;
  /** Whether `ip netns` had been used; its folder is a mount of its own, which it never takes away again. */
  readonly netns: boolean;
}

/** Where it is written down while any twin stands. */
export const RECORD = join(RUN_ROOT, "machine.json");

/** Makes the run directory `root` of a twin and raises the limits; what they were is recorded by the first twin. */
export async function raiseLimits(root: string): Promise<void> {
  await withMachine(async () => {
    await mkdir(root, { recursive: true, mode: 0o755 });
    if (await readRecord() === undefined) {
      const limits: Record<string, string> = {};
      for (const key of Object.keys(WANTED)) {
        const value = await readFile(fileOf(key), "utf8").catch(() => undefined);
        if (value !== undefined) limits[key] = value.trim();
      }
      await writeFile(RECORD, JSON.stringify({ limits, netns: await isMounted("/run/netns") } satisfies Before));
    }
    for (const [key, wanted] of Object.entries(WANTED)) {
      const value = Number(await readFile(fileOf(key), "utf8").catch(() => Infinity));
      if (value < wanted) await writeFile(fileOf(key), String(wanted));
    }
  });
}

/** Puts everything back if no twin is left. A limit that someone else has changed meanwhile stays as it is. */
export async function restoreLimits(): Promise<void> {
  await withMachine(async () => {
    const before = await readRecord();
    if (before === undefined || twinFolders().length > 0) return;
    for (const [key, value] of Object.entries(before.limits)) {
      if (Number(await readFile(fileOf(key), "utf8")) === WANTED[key]) await writeFile(fileOf(key), value);
    }
    if (!before.netns && readdirSync("/run/netns").length === 0) {
      await attempt(["umount", "/run/netns"]);
      await rmdir("/run/netns");
    }
    await rm(RECORD);
    await rmdir(RUN_ROOT);
  });
}

/** Names of all twins that have a run directory, whole or not. */
export function twinFolders(): string[] {
  try {
    return readdirSync(RUN_ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

export async function isMounted(path: string): Promise<boolean> {
  return (await readFile("/proc/self/mountinfo", "utf8")).split("\n").some((line) => line.split(" ")[4] === path);
}

async function readRecord(): Promise<Before | undefined> {
  const text = await readFile(RECORD, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as Before;
}

async function withMachine(action: () => Promise<void>): Promise<void> {
  const held = await lock("machine");
  try {
    await action();
  } finally {
    await held.release();
  }
}

function fileOf(key: string): string {
  return `/proc/sys/${key.replaceAll(".", "/")}`;
}
