import { randomBytes } from "node:crypto";
import type { PendingType, StateCodec } from "./checkpoint.ts";
import { crashPoint } from "./crashPoint.ts";
import { LostCall } from "./provider.ts";
import type { ProviderRegistry } from "./providerRegistry.ts";
import type { Report } from "./report.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Slots } from "./slots.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StateLog } from "./stateLog.ts";
import type { Targets } from "./targets.ts";
import type { DoneStep } from "./rollback.ts";

const seedBytes = 32;

/** What every part of one update shares. */
export interface Run {
  readonly preview: boolean;
  readonly stack: string;
  readonly project: string;
  readonly snapshot: Snapshot;
  /** Through which alone the snapshot is changed. */
  readonly log: StateLog;
  readonly codec: StateCodec;
  readonly providers: ProviderRegistry;
  readonly report: Report;
  readonly slots: Slots;
  /** URN → what a provider makes a resource's name up from. */
  readonly seeds: Map<string, Buffer>;
  /** URN → reading of the resource by a refresh, which must be awaited before the resource is dealt with. */
  readonly readings: ReadonlyMap<string, Promise<void>>;
  /** URNs of the resources that a refresh found no more. */
  readonly gone: Set<string>;
  /** What the operation is restricted to. */
  readonly targets: Targets;
  /** What was done so far, in order: what a rollback takes back. */
  readonly done: DoneStep[];
  /** Why nothing new may be started, if so. */
  readonly stopped: () => string | undefined;
}

/** Why nothing new may be started, be it that the update was stopped or that a failure halted it. */
export function haltReason(run: Run): string | undefined {
  return run.stopped() ?? run.report.halted;
}

/** Puts a resource into the snapshot in place of `previous`, and has it saved when it differs. */
export function settle(run: Run, previous: ResourceState | undefined, next: ResourceState): void {
  run.log.settle(previous, next);
}

/** Changes a resource where it stands in the snapshot, and has it saved when it differs. */
export function amend(run: Run, previous: ResourceState, next: ResourceState): void {
  run.log.amend(previous, next);
}

/** Takes a resource out of the snapshot. */
export function forget(run: Run, state: ResourceState): void {
  run.log.remove(state);
}

/**
 * Has a provider do something that outlives this process: it is on disk that it will be asked before it is, so that
 * whatever comes in between, the next update looks at `state` again. What came of it must be settled, amended or forgotten
 * right after this resolves. A call whose end is not known stays pending.
 */
export async function begun<T>(run: Run, type: PendingType, state: ResourceState, work: () => Promise<T>): Promise<T> {
  if (run.preview) return work();
  crashPoint();
  const seed = type === "creating" ? { randomSeed: seedOf(run, state.urn).toString("base64") } : {};
  const call = await run.log.begin({ resource: state, type, ...seed });
  crashPoint();
  try {
    const result = await work();
    crashPoint();
    run.log.end(call);
    return result;
  } catch (error) {
    if (!(error instanceof LostCall)) run.log.end(call);
    throw error;
  }
}

/** The same for a resource throughout an update, and in the next one when this one is interrupted. */
export function seedOf(run: Pick<Run, "seeds">, urn: string): Buffer {
  let seed = run.seeds.get(urn);
  if (seed === undefined) {
    seed = randomBytes(seedBytes);
    run.seeds.set(urn, seed);
  }
  return seed;
}
