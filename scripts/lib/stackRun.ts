/** Runs one stack's update and puts what the engine tells into a user's words. */
import { type Operation, PluginPool, type StepEvent, type UpdateResult, destroy, preview, up } from "../../infra/engine/index.ts";
import { Failure } from "../../inventory/failure.ts";
import type { Layer } from "../../stacks/layers.ts";
import { ensureSecrets } from "./secrets.ts";
import { engineOptions, stackName } from "./stacks.ts";
import type { Selection } from "./province.ts";

export type StackOperation = "preview" | "up" | "destroy";

export interface StackRunOptions {
  readonly signal?: AbortSignal;
  /** What must be done before the stack touches anything; see EngineOptions. */
  readonly after?: Promise<unknown>;
  /** Providers shared with the other stacks of the command: each host is logged in to once. */
  readonly plugins?: PluginPool;
  /** Compare the state with life first. */
  readonly refresh?: boolean;
  readonly onProgress?: (progress: string) => void;
}

export interface StackRun {
  readonly stack: string;
  readonly result: UpdateResult;
  /** What was done, or would be, to each resource that is not the same. */
  readonly changes: readonly StepEvent[];
}

const OPERATIONS = { preview, up, destroy };
const PAST: Readonly<Record<Operation, string>> = {
  create: "created", update: "updated", replace: "replaced", delete: "deleted", same: "unchanged", read: "read", import: "imported",
};
const FUTURE: Readonly<Record<Operation, string>> = {
  create: "to create", update: "to update", replace: "to replace", delete: "to delete", same: "unchanged", read: "to read", import: "to import",
};

/** Names shown in full; a longer list is only counted. */
const NAMES_SHOWN = 8;

/** Providers for all stacks of one command. What they say for themselves, beside the results they give, goes to standard error. */
export async function openPlugins(): Promise<PluginPool> {
  const tell = (message: string, source: string): void => console.error(`${source}: ${message}`);
  return await PluginPool.open({
    error: tell,
    say: (severity, message, source) => { if (severity === "warning") tell(message, source); },
  });
}

/**
 * @throws Failure naming every resource that failed, every one that waits for it, and every error of the program. What
 * could be done is done and saved; the same command goes on.
 */
export async function runStack(operation: StackOperation, layer: Layer, selection: Selection, options: StackRunOptions): Promise<StackRun> {
  await ensureSecrets(layer, selection);
  const changes: StepEvent[] = [];
  let finished = 0;
  const result = await OPERATIONS[operation]({
    ...engineOptions(layer, selection),
    refresh: options.refresh ?? false,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.after === undefined ? {} : { after: options.after }),
    ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    onEvent: (event) => {
      if ((event.kind !== "done" && event.kind !== "plan") || !isHost(event)) return;
      if (event.op !== "same") changes.push(event);
      options.onProgress?.(`${++finished} done, last ${event.name}`);
    },
  });
  const run = { stack: stackName(layer, selection), result, changes };
  if (!result.succeeded) throw stackFailure(run);
  return run;
}

/** `2 created (r-vinh, r-cua-lo), 1 updated (agg1)`, or `no changes`. */
export function summary({ changes }: StackRun, operation: StackOperation): string {
  const words = operation === "preview" ? FUTURE : PAST;
  const parts = (["create", "update", "replace", "delete"] as const).flatMap((op) => {
    const names = changes.filter((event) => event.op === op && event.ofReplacement !== true).map((event) => event.name);
    if (names.length === 0) return [];
    return [`${names.length} ${words[op]}${names.length <= NAMES_SHOWN ? ` (${names.join(", ")})` : ""}`];
  });
  return parts.length === 0 ? "no changes" : parts.join(", ");
}

/** Components and stacks are containers: users know the hosts. */
function isHost(event: StepEvent): boolean {
  return event.type === "host:index:Configuration";
}

function stackFailure({ stack, result }: StackRun): Failure {
  const nameOf = (urn: string): string => urn.split("::").at(-1) as string;
  const lines = [
    ...result.errors,
    ...result.failed.map(({ urn, error }) => error.includes(nameOf(urn)) ? error : `${nameOf(urn)}: ${error}`),
    ...result.skipped.map(({ urn, because }) => `${nameOf(urn)}: not touched, for it needs ${nameOf(because)}`),
  ];
  if (result.aborted) {
    lines.push(`${stack}: stopped on request${result.remaining.length > 0 ? `; ${result.remaining.length} resources remain` : ""}`);
  }
  return new Failure(lines.join("\n"), {
    advice: "What could be done is done and saved; the same command goes on from there.",
    exitCode: result.aborted && result.failed.length === 0 && result.errors.length === 0 ? 130 : 1,
  });
}
