/** Keeps the folder of images from growing: each is some 500 MiB, and every change of a package list makes another. */
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { twinFolders } from "./limits.ts";
import { twinStatus } from "./status.ts";
import { readPlan } from "./store.ts";

/** Images kept beside those that hosts run from: the ones used last. */
const KEPT = 4;

/** Notes that the image is used now. */
export async function touchImage(folder: string, hash: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, hash), now, now);
}

/** Deletes images that no host runs from, all but the few used last. Builds under way (names with a dot) are left alone. */
export async function pruneImages(folder: string, inUse: ReadonlySet<string>): Promise<void> {
  const idle = (await readdir(folder)).filter((name) => !name.startsWith(".") && !inUse.has(name));
  const aged = await Promise.all(idle.map(async (name) => ({ name, usedAt: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.toSorted((a, b) => b.usedAt - a.usedAt).slice(KEPT);
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true });
}

/** Hashes of the images that hosts of any twin on this machine run from, or will when they are booted again. */
export async function imagesInUse(): Promise<Set<string>> {
  const inUse = await Promise.all(twinFolders().map(async (twin) => {
    const [plan, status] = await Promise.all([readPlan(twin), twinStatus(twin)]);
    return [plan?.image, ...status.hosts.map((host) => host.image)];
  }));
  return new Set(inUse.flat().filter((hash) => hash !== undefined));
}
