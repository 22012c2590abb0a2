/** The Debian image of the hosts: built once for a list of packages, kept, and only read from then on. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { openGroup, removeGroup } from "./cgroups.ts";
import type { OnEvent } from "./events.ts";
import { lock } from "./lock.ts";
import { debianMirror, type Mirror } from "./mirror.ts";
import { imagesInUse, pruneImages, touchImage } from "./imageCache.ts";
import { BASE_PACKAGES, RECIPE_VERSION, SUITE, finishImage } from "./recipe.ts";
import { attempt, lastLine, run, type RunResult } from "./run.ts";

export interface Image {
  readonly hash: string;
  /** The root of the tree. Never written to. */
  readonly root: string;
  /** Seconds that building took, when it was built just now. */
  readonly builtInSeconds?: number;
}

/** What an image takes on disk at least, while it is being built, in MiB. */
const NEEDED_MIB = 1500;

/** Where images are kept: `EGOV_CACHE`, or `/var/cache/egov`. */
export function imageFolder(): string {
  return join(process.env["EGOV_CACHE"] ?? "/var/cache/egov", "images");
}

/** All packages of the image that has at least `packages`, sorted. */
export function imagePackages(packages: readonly string[]): string[] {
  return [...new Set([...BASE_PACKAGES, ...packages])].toSorted();
}

/** Names an image by what it is made from. */
export function imageHash(packages: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify([RECIPE_VERSION, SUITE, imagePackages(packages)])).digest("hex").slice(0, 16);
}

/**
 * The image with at least `packages`: the kept one, or one built now (about a minute). Only one process builds it; others
 * wait. Throws Failure when the mirror cannot be reached, a package is unknown or the disk is full.
 */
export async function ensureImage(packages: readonly string[], onEvent: OnEvent, signal?: AbortSignal): Promise<Image> {
  const hash = imageHash(packages);
  const image: Image = { hash, root: join(imageFolder(), hash, "root") };
  if (existsSync(image.root)) {
    await touchImage(imageFolder(), hash);
    return image;
  }
  const held = await lock(`image-${hash}`, signal, (heldBy) => onEvent({ kind: "image-waiting", hash, heldBy }));
  try {
    if (existsSync(image.root)) return image;
    const began = performance.now();
    onEvent({ kind: "image-building", hash, packages: imagePackages(packages).length });
    await build(hash, packages, signal);
    await pruneImages(imageFolder(), await imagesInUse());
    const builtInSeconds = (performance.now() - began) / 1000;
    onEvent({ kind: "image-ready", hash, seconds: builtInSeconds });
    return { ...image, builtInSeconds };
  } finally {
    await held.release();
  }
}

async function build(hash: string, packages: readonly string[], signal?: AbortSignal): Promise<void> {
  const folder = imageFolder();
  await mkdir(folder, { recursive: true });
  const groupName = `_image-${hash}`;
  const group = await openGroup(groupName);
  // What a build that was killed has left behind; we hold the lock, so nobody is at it.
  await removeGroup(group.path);
  for (const entry of await readdir(folder)) {
    if (entry.startsWith(`.${hash}-`)) await rm(join(folder, entry), { recursive: true });
  }
  const free = await statfs(folder);
  const freeMib = Math.floor(free.bavail * free.bsize / 2 ** 20);
  if (freeMib < NEEDED_MIB) throw diskFull(folder, `${freeMib} MiB free`);
  const mirror = await debianMirror(SUITE);
  const work = await mkdtemp(join(folder, `.${hash}-`));
  try {
    const { command } = await openGroup(groupName);
    const result = await attempt(command(debootstrap(join(work, "root"), imagePackages(packages), mirror)), {
      signal, env: { ...process.env, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
    });
    signal?.throwIfAborted();
    if (result.code !== 0) throw buildFailure(result, mirror, folder);
    await finishImage(join(work, "root"));
    await writeFile(join(work, "image.json"), `${JSON.stringify({ suite: SUITE, recipe: RECIPE_VERSION, packages: imagePackages(packages) }, undefined, 2)}\n`);
    // A machine that loses power must not find half an image under its final name.
    await run(["sync", "-f", work]);
    await rename(work, join(folder, hash));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw diskFull(folder, "it ran full while building");
    throw error;
  } finally {
    await removeGroup(group.path);
    await rm(work, { recursive: true, force: true });
  }
}

function debootstrap(root: string, packages: readonly string[], mirror: Mirror): string[] {
  return [
    "mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--skip=check/empty", `--include=${packages.join(",")}`,
    ...["man", "doc", "locale", "info"].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
    ...mirror.settings.map((line) => `--aptopt=${line}`),
    ...mirror.keyrings.map((path) => `--keyring=${path}`),
    SUITE, root, ...mirror.sources,
  ];
}

/** mmdebstrap's many lines as one that says what to do. */
export function buildFailure(result: RunResult, mirror: Mirror, folder: string): Failure {
  const text = result.stderr;
  if (/No space left on device/.test(text)) return diskFull(folder, "it ran full while building");
  const unknown = [...text.matchAll(/Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate/g)].map((match) => match[1] ?? match[2]);
  if (unknown.length > 0) return new Failure(`Debian ${SUITE} has no package ${[...new Set(unknown)].join(", ")}`, { advice: "correct the name where a stack asks for it" });
  const unreachable = /Could not (?:resolve|connect)|Temporary failure resolving|Failed to fetch|Unable to connect|Connection (?:refused|timed out|failed)|Network is unreachable/.exec(text);
  if (unreachable !== null) {
    return new Failure(`the package mirror ${mirror.sites.join(", ")} cannot be reached, so the image of the hosts cannot be built`, {
      advice: "check with apt-get update; the mirror and its proxy are those of /etc/apt on this machine",
    });
  }
  const reason = text.split("\n").findLast((line) => /^E: /.test(line) && !/mmdebstrap failed|run_chroot/.test(line)) ?? lastLine(text);
  return new Failure(`the image of the hosts cannot be built: ${reason}`, { advice: "mmdebstrap --verbose shows more" });
}

function diskFull(folder: string, found: string): Failure {
  return new Failure(`the disk under ${folder} has no room for the image of the hosts: ${found}, ${NEEDED_MIB} MiB needed`, {
    advice: "free some space, or set EGOV_CACHE to a folder on another disk",
  });
}
