import { type ResourceState, neededBy } from "./resourceState.ts";
import { parseProviderReference } from "./urn.ts";

/**
 * The resources of a stack while an update runs: those that the update has dealt with, in the order in which it did (so
 * that what a resource needs stands before it), then those from before that are still as they were.
 *
 * Each has a slot, a number that it keeps while it changes: the journal speaks of resources by it. The same changes in the
 * same order give the same slots.
 */
export class Snapshot {
  readonly #settled = new Map<string, ResourceState>();
  /** By slot, in the order of the state. */
  readonly #before = new Map<number, ResourceState>();
  readonly #live = new Map<string, ResourceState>();
  readonly #slots = new Map<ResourceState, number>();
  readonly #bySlot = new Map<number, ResourceState>();
  #nextSlot = 0;

  /** `settled`: so many of the first ones are dealt with already. */
  constructor(resources: readonly ResourceState[], settled = 0) {
    this.reset(resources, settled);
  }

  get resources(): ResourceState[] {
    return [...this.#settled.values(), ...this.#before.values()];
  }

  /** Resources from before that the update has not dealt with. */
  get untouched(): ResourceState[] {
    return [...this.#before.values()];
  }

  get settledCount(): number {
    return this.#settled.size;
  }

  /** The resource that bears the URN now, one that waits for its replacement included. */
  find(urn: string): ResourceState | undefined {
    return this.#settled.get(urn) ?? this.#live.get(urn);
  }

  isSettled(urn: string): boolean {
    return this.#settled.has(urn);
  }

  slotOf(state: ResourceState): number | undefined {
    return this.#slots.get(state);
  }

  at(slot: number): ResourceState | undefined {
    return this.#bySlot.get(slot);
  }

  /** Takes other resources for its own; slots count from 0 again. */
  reset(resources: readonly ResourceState[], settled = 0): void {
    for (const map of [this.#settled, this.#before, this.#live, this.#slots, this.#bySlot]) map.clear();
    this.#nextSlot = 0;
    for (const [index, state] of resources.entries()) {
      const slot = this.#place(undefined, state);
      if (index < settled) {
        this.#settled.set(state.urn, state);
        continue;
      }
      this.#before.set(slot, state);
      if (state.delete !== true) this.#live.set(state.urn, state);
    }
  }

  /** The update made `next` of `previous` (nothing, when it is new). */
  settle(previous: ResourceState | undefined, next: ResourceState): void {
    if (previous !== undefined) {
      this.#before.delete(this.#slots.get(previous) ?? -1);
      if (this.#live.get(previous.urn) === previous) this.#live.delete(previous.urn);
    }
    this.#live.delete(next.urn);
    this.#place(previous, next);
    this.#settled.set(next.urn, next);
  }

  /** Changes a resource where it stands. */
  amend(previous: ResourceState, next: ResourceState): void {
    const isSettled = this.#settled.get(previous.urn) === previous;
    const slot = this.#place(previous, next);
    if (isSettled) {
      this.#settled.set(next.urn, next);
      return;
    }
    this.#before.set(slot, next);
    if (this.#live.get(previous.urn) === previous) this.#live.delete(previous.urn);
    if (next.delete !== true) this.#live.set(next.urn, next);
  }

  /** What must be amended to give a resource from before another URN: itself, and all others from before that refer to it. */
  renamed(state: ResourceState, urn: string): { readonly previous: ResourceState; readonly next: ResourceState }[] {
    const changed = [{ previous: state, next: { ...state, urn } }];
    for (const other of this.#before.values()) {
      if (other !== state && neededBy(other).has(state.urn)) changed.push({ previous: other, next: withReference(other, state.urn, urn) });
    }
    return changed;
  }

  remove(state: ResourceState): void {
    const slot = this.#slots.get(state);
    if (slot !== undefined) {
      this.#slots.delete(state);
      this.#bySlot.delete(slot);
      this.#before.delete(slot);
    }
    if (this.#live.get(state.urn) === state) this.#live.delete(state.urn);
    if (this.#settled.get(state.urn) === state) this.#settled.delete(state.urn);
  }

  /** Gives a state its predecessor's slot, or a new one. */
  #place(previous: ResourceState | undefined, next: ResourceState): number {
    const inherited = previous === undefined ? undefined : this.#slots.get(previous);
    if (inherited !== undefined) this.#slots.delete(previous!);
    const slot = inherited ?? this.#nextSlot++;
    this.#slots.set(next, slot);
    this.#bySlot.set(slot, next);
    return slot;
  }
}

/** The resource with every reference to one URN turned into one to another. */
function withReference(state: ResourceState, from: string, to: string): ResourceState {
  const renamed = (urn: string): string => (urn === from ? to : urn);
  const provider = state.provider === undefined ? undefined : parseProviderReference(state.provider);
  return {
    ...state,
    ...(state.parent === from ? { parent: to } : {}),
    ...(state.deletedWith === from ? { deletedWith: to } : {}),
    ...(state.replaceWith === undefined ? {} : { replaceWith: state.replaceWith.map(renamed) }),
    ...(state.dependencies === undefined ? {} : { dependencies: state.dependencies.map(renamed).sort() }),
    ...(state.propertyDependencies === undefined
      ? {}
      : { propertyDependencies: Object.fromEntries(Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(renamed).sort()])) }),
    ...(provider?.urn === from ? { provider: `${to}::${provider.id}` } : {}),
  };
}
