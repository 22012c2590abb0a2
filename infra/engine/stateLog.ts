import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Failure } from "../../inventory/failure.ts";
import { type PendingOperation, type PendingType, type StateCodec, formatCheckpoint } from "./checkpoint.ts";
import { crashPoint } from "./crashPoint.ts";
import { Journal } from "./journal.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StateStore } from "./stateStore.ts";

/** The journal is compacted when it outgrows this, and twice the checkpoint: a resource costs the same in any number. */
const smallestLimitBytes = 32 << 20;

export interface StateLogOptions {
  readonly stack: string;
  readonly project: string;
  readonly salt: string;
  readonly snapshot: Snapshot;
  readonly codec: StateCodec;
  /** Undefined in a preview: then nothing is written. */
  readonly store: StateStore | undefined;
  /** SHA-256 of the checkpoint that the snapshot was read from. */
  readonly hash: string | null;
  /** Of a journal that a crash left, so much is whole; the snapshot holds what it says. */
  readonly journalBytes: number;
  readonly metadata: unknown;
  /** Told once, when the state can no longer be saved. */
  readonly onFailure: (failure: Failure) => void;
}

interface Batch {
  readonly entries: string[];
  /** It is to be written soon; otherwise only with what comes after it. */
  wanted: boolean;
  readonly written: PromiseWithResolvers<void>;
}

/**
 * Keeps a snapshot and what lies on disk of it together: every change is made to the one and noted in a journal, which
 * is compacted into the checkpoint at the end.
 *
 * A provider is asked for something only when the journal says so on disk (`begin`). What came of it is written soon
 * after, and before anything that builds on it is begun, since the journal is written in order.
 *
 * Entries that come together are written together, with one sync. A batch is cut between two turns of the event loop
 * only, so that what is noted without waiting in between is kept, or lost, as a whole.
 */
export class StateLog {
  /** What earlier updates began, and nobody has looked at since. */
  pending: readonly PendingOperation[] = [];
  readonly #options: StateLogOptions;
  readonly #journal: Journal | undefined;
  readonly #calls = new Map<number, PendingOperation>();
  #nextCall = 0;
  #batch = newBatch();
  #running: Promise<void> | undefined;
  #hash: string | null;
  #checkpointBytes = 0;
  /** The checkpoint is not what it should be. */
  #stale = false;
  #backedUp = false;
  #failure: Failure | undefined;

  constructor(options: StateLogOptions) {
    this.#options = options;
    this.#hash = options.hash;
    this.#journal = options.store === undefined ? undefined : new Journal(options.store.journalPath, options.journalBytes);
  }

  /** Puts a resource into the snapshot in place of `previous`. */
  settle(previous: ResourceState | undefined, next: ResourceState): void {
    const { snapshot, codec } = this.#options;
    const slot = previous === undefined ? undefined : snapshot.slotOf(previous);
    snapshot.settle(previous, next);
    const place = slot === undefined ? "" : `,"slot":${slot}`;
    if (slot !== undefined && isDeepStrictEqual(previous, next)) this.#note(`{"op":"settle"${place}}`, false);
    else this.#note(() => `{"op":"settle"${place},"resource":${codec.encode(next)}}`, true);
  }

  /** Changes a resource where it stands in the snapshot. */
  amend(previous: ResourceState, next: ResourceState): void {
    const { snapshot, codec } = this.#options;
    const slot = snapshot.slotOf(previous);
    snapshot.amend(previous, next);
    if (!isDeepStrictEqual(previous, next)) this.#note(() => `{"op":"amend","slot":${slot},"resource":${codec.encode(next)}}`, true);
  }

  /** Takes a resource out of the snapshot. */
  remove(state: ResourceState): void {
    const slot = this.#options.snapshot.slotOf(state);
    this.#options.snapshot.remove(state);
    if (slot !== undefined) this.#note(`{"op":"remove","slot":${slot}}`, true);
  }

  /** Resolves, with a number for `end`, when it is on disk that the provider will be asked. Throws a Failure otherwise. */
  async begin(operation: PendingOperation): Promise<number> {
    const call = this.#nextCall++;
    this.#calls.set(call, operation);
    const { written } = this.#note(() => this.#beginning(call, operation), true);
    await written.promise;
    return call;
  }

  /** The provider answered. What came of it is to be noted at once, without waiting for anything. */
  end(call: number): void {
    this.#calls.delete(call);
    this.#note(`{"op":"end","call":${call}}`, true);
  }

  /** Resolves when everything so far is on disk, or cannot be. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** After earlier updates' operations were looked at: the snapshot's resources, and what remains. It is written at once. */
  async restate(resources: readonly ResourceState[], pending: readonly PendingOperation[]): Promise<void> {
    await this.flush();
    this.#options.snapshot.reset(resources);
    this.pending = pending;
    this.#batch = newBatch();
    await this.compact();
  }

  /** Brings the checkpoint up to date and takes the journal away, when there is anything to it. Fails by `onFailure`. */
  async close(): Promise<void> {
    await this.flush();
    try {
      if (this.#stale) await this.compact();
    } catch (error) {
      this.#fail(error);
    } finally {
      await this.#journal?.close();
    }
  }

  /** Writes the checkpoint anew and takes the journal away. Throws a Failure when it cannot. */
  async compact(): Promise<void> {
    if (this.#options.store === undefined) return;
    try {
      await this.#writeCheckpoint();
      await this.#journal!.remove();
      crashPoint();
    } catch (error) {
      throw cannotSave(error);
    }
    this.#stale = false;
  }

  #note(entry: string | (() => string), wanted: boolean): Batch {
    const batch = this.#batch;
    if (this.#journal === undefined || this.#failure !== undefined) {
      if (this.#failure === undefined) batch.written.resolve();
      else batch.written.reject(this.#failure);
      return batch;
    }
    batch.entries.push(typeof entry === "string" ? entry : entry());
    if (wanted) {
      batch.wanted = true;
      this.#stale = true;
      this.#running ??= this.#run();
    }
    return batch;
  }

  async #run(): Promise<void> {
    const journal = this.#journal!;
    try {
      while (this.#batch.wanted) {
        await nextTurn();
        if (journal.bytes > Math.max(smallestLimitBytes, 2 * this.#checkpointBytes)) {
          await this.#rebase();
          continue;
        }
        const batch = this.#batch;
        this.#batch = newBatch();
        try {
          await this.#backUp();
          await journal.append(journal.bytes > 0 ? batch.entries : [this.#base(0, []), ...batch.entries]);
        } catch (error) {
          this.#fail(error);
          batch.written.reject(this.#failure);
          return;
        }
        batch.written.resolve();
      }
    } finally {
      this.#running = undefined;
    }
  }

  /** In the middle of an update: a new checkpoint, and a new journal that builds on it. */
  async #rebase(): Promise<void> {
    // The snapshot holds what this batch says.
    const batch = this.#batch;
    this.#batch = newBatch();
    const { snapshot } = this.#options;
    const settled = snapshot.settledCount;
    const calls = [...this.#calls.keys()];
    try {
      const writing = this.#writeCheckpoint(settled, calls);
      snapshot.reset(snapshot.resources, settled);
      await writing;
      await this.#journal!.restart([this.#base(settled, calls)]);
    } catch (error) {
      this.#fail(error);
      batch.written.reject(this.#failure);
      return;
    }
    batch.written.resolve();
  }

  async #writeCheckpoint(settled = 0, calls: readonly number[] = []): Promise<void> {
    const { snapshot, codec, stack, project, salt, metadata } = this.#options;
    const store = this.#options.store!;
    const resources = snapshot.resources;
    const pending = [...this.pending, ...this.#calls.values()].map((operation) => codec.encodePending(operation, 4));
    const texts = function* (): Generator<string> {
      for (const state of resources) yield codec.encode(state, 4);
    };
    await this.#backUp();
    crashPoint();
    const file = await store.prepareCheckpoint(formatCheckpoint({ stack, project, salt, pending, metadata }, texts()));
    crashPoint();
    try {
      this.#hash = file.hash;
      if (this.#journal!.bytes > 0) await this.#journal!.append([this.#base(settled, calls)]);
    } catch (error) {
      await file.discard();
      throw error;
    }
    await file.commit();
    crashPoint();
    this.#checkpointBytes = file.bytes;
  }

  async #backUp(): Promise<void> {
    if (this.#backedUp) return;
    await this.#options.store!.backUp();
    this.#backedUp = true;
  }

  #base(settled: number, calls: readonly number[]): string {
    return JSON.stringify({ op: "base", checkpoint: this.#hash, settled, calls, salt: this.#options.salt });
  }

  #beginning(call: number, { type, resource, randomSeed }: PendingOperation): string {
    const seed = randomSeed === undefined ? "" : `,"seed":${JSON.stringify(randomSeed)}`;
    return `{"op":"begin","call":${call},"type":"${type satisfies PendingType}"${seed},"resource":${this.#options.codec.encode(resource)}}`;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Failure ? error : cannotSave(error);
    this.#batch.written.reject(this.#failure);
    this.#options.onFailure(this.#failure);
  }
}

function newBatch(): Batch {
  const written = Promise.withResolvers<void>();
  // Who waits for it is told; often nobody does.
  written.promise.catch(() => undefined);
  return { entries: [], wanted: false, written };
}

function cannotSave(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new Failure(`the state cannot be saved (${message})`, code === "ENOSPC" ? { advice: "make room on its disk; the next update looks at what was begun" } : {});
}
