import type { StateCodec } from "./checkpoint.ts";
import type { ProviderRegistry } from "./providerRegistry.ts";
import type { Report } from "./report.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Slots } from "./slots.ts";
import type { Snapshot } from "./snapshot.ts";

/** What every part of one update shares. */
export interface Run {
  readonly preview: boolean;
  readonly stack: string;
  readonly project: string;
  readonly snapshot: Snapshot;
  readonly codec: StateCodec;
  readonly providers: ProviderRegistry;
  readonly report: Report;
  readonly slots: Slots;
  /** URN → reading of the resource by a refresh, which must be awaited before the resource is dealt with. */
  readonly readings: ReadonlyMap<string, Promise<void>>;
  /** URNs of the resources that a refresh found no more. */
  readonly gone: Set<string>;
  /** Tells that the snapshot changed and is to be saved. */
  readonly touch: () => void;
  /** Why nothing new may be started, if so. */
  readonly stopped: () => string | undefined;
}

/** Puts a resource into the snapshot in place of `previous`, and has it saved when it differs. */
export function settle(run: Run, previous: ResourceState | undefined, next: ResourceState): void {
  run.snapshot.settle(previous, next);
  if (previous === undefined || run.codec.encode(previous) !== run.codec.encode(next)) run.touch();
}

/** Changes a resource where it stands in the snapshot, and has it saved when it differs. */
export function amend(run: Run, previous: ResourceState, next: ResourceState): void {
  run.snapshot.amend(previous, next);
  if (run.codec.encode(previous) !== run.codec.encode(next)) run.touch();
}

/** Takes a resource out of the snapshot. */
export function forget(run: Run, state: ResourceState): void {
  run.snapshot.remove(state);
  run.touch();
}
