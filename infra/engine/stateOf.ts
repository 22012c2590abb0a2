import type { Goal } from "./goal.ts";
import type { ReadyProvider } from "./providerRegistry.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Properties } from "./types.ts";
import { markSecrets } from "./values.ts";

/** What came of a goal. */
export interface Result {
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly id: string | undefined;
  /** Undefined for what no provider stands behind. */
  readonly ready: ReadyProvider | undefined;
  /** ISO 8601. */
  readonly created: string | undefined;
  readonly modified: string | undefined;
}

type Draft = { -readonly [Key in keyof ResourceState]: ResourceState[Key] };

/** The record of a resource in the state. What is empty or false is left out, as Pulumi does. */
export function stateOf(goal: Goal, { inputs, outputs, id, ready, created, modified }: Result): ResourceState {
  const acceptsSecrets = ready === undefined || ready.acceptsSecrets;
  const state: Draft = {
    urn: goal.urn,
    type: goal.type,
    custom: goal.custom,
    inputs,
    outputs: markSecrets(outputs, acceptsSecrets ? undefined : inputs, goal.additionalSecretOutputs),
  };
  if (id !== undefined) state.id = id;
  if (goal.parent !== undefined) state.parent = goal.parent;
  if (ready !== undefined) state.provider = ready.reference;
  if (goal.dependencies.length > 0) state.dependencies = [...goal.dependencies].sort();
  // A property that depends on nothing is named, too: otherwise it might depend on anything.
  const propertyDependencies = Object.entries(goal.propertyDependencies);
  if (propertyDependencies.length > 0) state.propertyDependencies = Object.fromEntries(propertyDependencies.map(([key, urns]) => [key, [...urns].sort()]));
  if (goal.protect) state.protect = true;
  if (goal.retainOnDelete) state.retainOnDelete = true;
  if (goal.deletedWith !== undefined) state.deletedWith = goal.deletedWith;
  if (goal.replaceWith.length > 0) state.replaceWith = goal.replaceWith;
  if (goal.replacementTrigger !== undefined) state.replacementTrigger = goal.replacementTrigger;
  if (goal.importId !== undefined) state.importID = goal.importId;
  if (goal.additionalSecretOutputs.length > 0) state.additionalSecretOutputs = goal.additionalSecretOutputs;
  if (goal.customTimeouts !== undefined) state.customTimeouts = goal.customTimeouts;
  if (goal.ignoreChanges.length > 0) state.ignoreChanges = goal.ignoreChanges;
  if (goal.replaceOnChanges.length > 0) state.replaceOnChanges = goal.replaceOnChanges;
  if (created !== undefined) state.created = created;
  if (modified !== undefined) state.modified = modified;
  return state;
}
