import type { ResourceState } from "./resourceState.ts";

/**
 * The resources of a stack while an update runs: those that the update has dealt with, in the order in which it did (so
 * that what a resource needs stands before it), then those from before that are still as they were.
 */
export class Snapshot {
  readonly #settled = new Map<string, ResourceState>();
  readonly #before: Set<ResourceState>;
  readonly #live = new Map<string, ResourceState>();

  constructor(resources: readonly ResourceState[]) {
    this.#before = new Set(resources);
    for (const state of resources) if (state.delete !== true) this.#live.set(state.urn, state);
  }

  get resources(): ResourceState[] {
    return [...this.#settled.values(), ...this.#before];
  }

  /** Resources from before that the update has not dealt with. */
  get untouched(): ResourceState[] {
    return [...this.#before];
  }

  /** The resource that bears the URN now, one that waits for its replacement included. */
  find(urn: string): ResourceState | undefined {
    return this.#settled.get(urn) ?? this.#live.get(urn);
  }

  isSettled(urn: string): boolean {
    return this.#settled.has(urn);
  }

  /** The update made `next` of `previous` (nothing, when it is new). */
  settle(previous: ResourceState | undefined, next: ResourceState): void {
    if (previous !== undefined) this.#before.delete(previous);
    this.#live.delete(next.urn);
    this.#settled.set(next.urn, next);
  }

  /** Changes a resource where it stands. */
  amend(previous: ResourceState, next: ResourceState): void {
    if (this.#settled.get(previous.urn) === previous) {
      this.#settled.set(next.urn, next);
      return;
    }
    const states = [...this.#before].map((state) => (state === previous ? next : state));
    this.#before.clear();
    for (const state of states) this.#before.add(state);
    if (next.delete === true) this.#live.delete(next.urn);
    else this.#live.set(next.urn, next);
  }

  remove(state: ResourceState): void {
    this.#before.delete(state);
    if (this.#live.get(state.urn) === state) this.#live.delete(state.urn);
    if (this.#settled.get(state.urn) === state) this.#settled.delete(state.urn);
  }
}
