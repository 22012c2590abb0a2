/** Brings a twin up: the image, the wires, then the hosts, several at once. What stands already is left as it is. */
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { CANCELLED } from "../../inventory/exitCodes.ts";
import { Failure } from "../../inventory/failure.ts";
import type { Province } from "../../inventory/model.ts";
import {
  groupOf, hostFolder, lastConsoleLine, prepareDisk, runningRecord, startHost, waitForSsh,
} from "./boot.ts";
import { openGroup, removeGroup, twinsGroup } from "./cgroups.ts";
import { applyCut } from "./cut.ts";
import { sweep } from "./down.ts";
import type { OnEvent } from "./events.ts";
import { lockTwin, requireRoot } from "./guard.ts";
import { ensureImage, imageHash, type Image } from "./image.ts";
import { hostKeys, operatorKey, writeKnownHosts } from "./keys.ts";
import { isMounted, raiseLimits, restoreLimits } from "./limits.ts";
import { requireFreePrefix } from "./management.ts";
import { twinEnvironment, twinName, twinPaths } from "./names.ts";
import { planTwin, withLeaving, type CommuneChoice, type TwinPlan } from "./plan.ts";
import { twinRequirements } from "./requirements.ts";
import { RunError, run } from "./run.ts";
import { noteCut, readCuts, readPlan, writePlan } from "./store.ts";
import { changeOf, layWires } from "./wires.ts";

export interface TwinOptions {
  /** Debian packages that the hosts' image has, beside those every host has. */
  readonly packages: readonly string[];
  readonly communes: CommuneChoice;
  /** What left the inventory stays until a call without this: stacks still have to take back what they put on such hosts. */
  readonly keepLeaving?: boolean;
  readonly onEvent?: OnEvent;
  /** Stops the work; what is up by then stays up, and the next `twinUp` goes on from there. */
  readonly signal?: AbortSignal;
  /** The host that others wait for: it is booted before them. */
  readonly first?: string;
  /** How long a host may take from its start until its sshd answers. */
  readonly bootTimeoutSeconds?: number;
}

export interface TwinReport {
  readonly twin: string;
  readonly image: Image;
  /** Hosts that were booted by this call and answer. */
  readonly booted: readonly string[];
  /** Hosts that were up before; they are not asked whether they answer. */
  readonly running: readonly string[];
  readonly failed: readonly { readonly host: string; readonly reason: string }[];
  /** Hosts that left the inventory and were kept. */
  readonly leaving: readonly string[];
  /** Of `running`, those that were booted from another image, and so may lack packages: only down and up changes that. */
  readonly onOtherImage: readonly string[];
  readonly endpoints: number;
  /** Time spent on wires, and on all. */
  readonly wiredSeconds: number;
  readonly seconds: number;
}

/** Hosts booting at once. Beyond a few a processor, each boot only takes longer. */
const BOOTS_AT_ONCE = 4 * availableParallelism();

/**
 * Brings up the twin of `province` for the environment of that name, or what is missing of it: new hosts and wires are
 * added, those that left the inventory are taken away, dead hosts are booted again with the disk they had. Resolves when
 * every host's sshd answers or has been given up (`failed`). Throws Failure for anything that stops the whole.
 */
export async function twinUp(province: Province, environmentName: string, options: TwinOptions): Promise<TwinReport> {
  requireRoot();
  const missing = twinRequirements();
  if (missing.length > 0) throw new Failure(`a twin needs ${missing.join(", ")}`, { advice: `apt-get install ${missing.join(" ")}` });
  const environment = twinEnvironment(province, environmentName);
  const twin = twinName(province, environment);
  const held = await lockTwin(twin, "up");
  const { root } = twinPaths(twin);
  try {
    const began = performance.now();
    const plan = planTwin(province, environment, options.communes, imageHash(options.packages));
    const image = await ensureImage(options.packages, options.onEvent ?? ignore, options.signal);
    const standing = await standingPlan(twin, options.onEvent ?? ignore);
    if (standing === undefined || standing.operator.address !== plan.operator.address) {
      if (standing !== undefined) await sweep(twin);
      await requireFreePrefix(twin, plan.operator.prefix);
      return await bringUp(undefined, plan, image, options, began);
    }
    return await bringUp(standing, options.keepLeaving === true ? withLeaving(standing, plan) : plan, image, options, began);
  } catch (error) {
    // Nothing that could be resumed was made.
    if (!existsSync(twinPaths(twin).plan)) {
      await sweep(twin);
      await restoreLimits();
    }
    throw inWords(error, root);
  } finally {
    await held.release();
  }
}

/** The plan of what stands; remains that have none are swept away. */
async function standingPlan(twin: string, onEvent: OnEvent): Promise<TwinPlan | undefined> {
  const plan = await readPlan(twin);
  if (plan === undefined && await sweep(twin)) onEvent({ kind: "swept", twin });
  return plan;
}

async function bringUp(standing: TwinPlan | undefined, plan: TwinPlan, image: Image, options: TwinOptions, began: number): Promise<TwinReport> {
  const { twin } = plan;
  const paths = twinPaths(twin);
  const { signal } = options;
  const onEvent = options.onEvent ?? ignore;
  await raiseLimits(paths.root);
  if (!await isMounted(paths.root)) {
    await run(["mount", "-t", "tmpfs", "-o", "mode=0700,size=60%,nr_inodes=0", `egov-${twin}`, paths.root]);
  }
  for (const folder of [paths.hosts, paths.tools, paths.cuts]) await mkdir(folder, { recursive: true });

  const records = new Map(await Promise.all(Object.keys(plan.hosts).map(async (host) => [host, await runningRecord(twin, host)] as const)));
  const running = [...records].filter(([, record]) => record !== undefined).map(([host]) => host);
  const toBoot = [...records].filter(([, record]) => record === undefined).map(([host]) => host)
    .toSorted((a, b) => Number(b === options.first) - Number(a === options.first));
  const gone = Object.keys(standing?.hosts ?? {}).filter((host) => plan.hosts[host] === undefined);
  const groups = await twinsGroup();
  for (const host of [...gone, ...toBoot]) await removeGroup(`${groups}/${groupOf(twin, host)}`);
  for (const host of gone) await rm(hostFolder(twin, host), { recursive: true, force: true });

  const beganWires = performance.now();
  const change = changeOf(standing, plan, new Set(toBoot.filter((host) => standing?.hosts[host] !== undefined)));
  const keys = await bothOf(
    makeDisks(plan),
    layWires(plan, change, await openGroup(`${twin}/_jobs`), signal).then(() => applyCuts(plan)),
  );
  await writeKnownHosts(paths, new Map([...keys].map(([host, key]) => [plan.hosts[host]!.address, key])));
  await writePlan(plan);
  const wiredSeconds = secondsSince(beganWires);
  onEvent({ kind: "wired", nodes: change.addNodes.length, cables: change.addCables.length, seconds: wiredSeconds });

  const booted: string[] = [];
  const failed: { host: string; reason: string }[] = [];
  await atOnce(BOOTS_AT_ONCE, [...running, ...toBoot], async (host) => {
    signal?.throwIfAborted();
    const isNew = records.get(host) === undefined;
    const beganBoot = performance.now();
    try {
      if (isNew) {
        onEvent({ kind: "host-booting", host });
        const { ended } = await startHost(twin, host, image);
        await waitForSsh(plan.hosts[host]!.address, options.bootTimeoutSeconds ?? 90, ended, signal);
        booted.push(host);
      }
      onEvent({ kind: "host-ready", host, booted: isNew, seconds: secondsSince(beganBoot) });
    } catch (error) {
      signal?.throwIfAborted();
      const line = await lastConsoleLine(twin, host);
      const reason = `${(error as Error).message}${line === "" ? "" : `; its console says: ${line}`}`;
      failed.push({ host, reason });
      onEvent({ kind: "host-failed", host, reason });
    }
  });
  return {
    twin, image, booted, failed,
    running: running.filter((host) => !failed.some((one) => one.host === host)),
    leaving: plan.leaving ?? [],
    onOtherImage: running.filter((host) => records.get(host)!.image !== image.hash),
    endpoints: Object.keys(plan.endpoints).length,
    wiredSeconds, seconds: secondsSince(began),
  };
}

/** Disks of all hosts, with what makes each that host; gives the hosts' public keys. */
async function makeDisks(plan: TwinPlan): Promise<ReadonlyMap<string, string>> {
  const client = await operatorKey(twinPaths(plan.twin), plan.twin);
  const disks = new Map<string, string>();
  for (const host of Object.keys(plan.hosts)) disks.set(host, await prepareDisk(plan.twin, host, client));
  return hostKeys(disks);
}

/** Links that are cut stay so, though their ports may be new. */
async function applyCuts({ twin, links }: TwinPlan): Promise<void> {
  for (const [link, kind] of Object.entries(await readCuts(twin))) {
    const wires = links[link];
    if (wires !== undefined) await applyCut(twin, wires, kind);
    else await noteCut(twin, link, undefined);
  }
}

/** Waits for both, also when one fails, so that nothing goes on behind the back of whoever cleans up. */
async function bothOf<T>(first: Promise<T>, second: Promise<unknown>): Promise<T> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === "rejected") throw one.reason;
  if (other.status === "rejected") throw other.reason;
  return one.value;
}

/** Runs `action` for every item, at most `limit` at once. Throws what the first failing one throws, when all have ended. */
async function atOnce<T>(limit: number, items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lanes = Array.from({ length: Math.min(limit, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
  });
  const results = await Promise.allSettled(lanes);
  const broken = results.find((result) => result.status === "rejected");
  if (broken !== undefined) throw broken.reason;
}

/** What can go wrong on a machine, as one line with its remedy. */
function inWords(error: unknown, root: string): unknown {
  if (error instanceof Failure) return error;
  const text = error instanceof RunError ? error.result.stderr : error instanceof Error ? error.message : "";
  if ((error as Error).name === "AbortError" || /operation was aborted/.test(text)) {
    return new Failure("interrupted; what is up stays up", { advice: "the next up goes on from here", exitCode: CANCELLED });
  }
  if (/No space left on device|ENOSPC/.test(text)) {
    return new Failure(`the memory under ${root}, where the hosts' disks are, is full`, { advice: "take another twin down, or free memory" });
  }
  if (/unknown filesystem type 'overlay'|overlay: .*No such device/.test(text)) {
    return new Failure("this kernel has no overlay file system, on which the hosts' disks stand", { advice: "modprobe overlay, or use a kernel that has it" });
  }
  if (error instanceof RunError) return new Failure(`the twin cannot be laid out: ${error.message}`, { advice: "./egov twin down, then up again", cause: error });
  return error;
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

function ignore(): void {}
