/** The embedded engine: runs Pulumi programs without the Pulumi CLI, on the CLI's own state. */
import type { EngineOptions, UpdateResult } from "./types.ts";
import { update } from "./update.ts";

export { PluginPool } from "./pluginPool.ts";
export type { MessageSink } from "./engineService.ts";
export { listStacks, readStack, removeStack, stackHistory } from "./stack.ts";
export type { StackState, StackSummary } from "./stack.ts";
export { deleteFromState, exportStack, importStack, recoverStack, unprotect } from "./stateEdit.ts";
export type { DeletionOptions, ExportedStack } from "./stateEdit.ts";
export type { HistoryEntry } from "./stateStore.ts";
export { ensureSecret, readSettings, removeConfig, setConfig, setSecret } from "./settings.ts";
export type { ConfigValue } from "./settings.ts";
export type { ResourceState } from "./resourceState.ts";
export type {
  DiagnosticEvent,
  DriftEvent,
  EngineEvent,
  EngineOptions,
  LineHunk,
  Operation,
  Properties,
  PropertyChange,
  ResourceName,
  SkippedEvent,
  StepEvent,
  SummaryEvent,
  UpdateResult,
  Value,
} from "./types.ts";

/** What `up` would do. Changes nothing, on disk or anywhere else. Throws a Failure when it cannot even begin. */
export function preview(options: EngineOptions): Promise<UpdateResult> {
  return update(options, "preview");
}

/**
 * Makes the stack as its program says. A resource that fails does not stop those that do not need it; the result then
 * says so, and the next `up` finishes the job. Throws a Failure when it cannot even begin.
 */
export function up(options: EngineOptions): Promise<UpdateResult> {
  return update(options, "up");
}

/** Deletes everything in the stack's state, without running its program. Throws a Failure when it cannot even begin. */
export function destroy(options: EngineOptions): Promise<UpdateResult> {
  return update(options, "destroy");
}

/** Reads every resource and takes what is really there into the state, without running the program. Throws a Failure when it cannot even begin. */
export function refresh(options: EngineOptions): Promise<UpdateResult> {
  return update(options, "refresh");
}

/** What `refresh` would find. Changes nothing; the result's `drift` says what differs. Throws a Failure when it cannot even begin. */
export function drift(options: EngineOptions): Promise<UpdateResult> {
  return update(options, "drift");
}
