/** Runs one stack's update and puts what the engine tells into a user's words. */
import type { Engine } from "../../infra/engine/choice.ts";
import { type DriftEvent, type EngineEvent, type EngineOptions, type Operation, PluginPool, type StepEvent, type UpdateResult } from "../../infra/engine/index.ts";
import { wentBack } from "../../infra/host/confirm.ts";
import { Failure } from "../../inventory/failure.ts";
import type { Layer } from "../../stacks/layers.ts";
import { CANCELLED, RESOURCE_FAILED } from "../../inventory/exitCodes.ts";
import type { Telling } from "./progress.ts";
import { ensureSecrets } from "./secrets.ts";
import { engineOptions, stackName } from "./stacks.ts";
import type { Selection } from "./province.ts";

export type StackOperation = "preview" | "up" | "destroy" | "refresh" | "drift";

/** `after`, `plugins` and the like are the engine's own; see EngineOptions. */
export interface StackRunOptions extends Pick<EngineOptions, "signal" | "after" | "plugins" | "refresh" | "parallel" | "targets" | "rollbackOnFailure" | "keepAfter" | "onApplied" | "environment"> {
  readonly engine: Engine;
  readonly tell?: Telling;
  /** Is told of everything that the engine tells. */
  readonly onEvent?: (stack: string, event: EngineEvent) => void;
}

export interface StackRun {
  readonly stack: string;
  readonly result: UpdateResult;
  /** What was done, or would be, to each resource that is not the same. */
  readonly changes: readonly StepEvent[];
  /** Where life differs from the state, in a refresh. */
  readonly drift: readonly DriftEvent[];
}

const PAST: Readonly<Record<Operation, string>> = {
  create: "created", update: "updated", replace: "replaced", delete: "deleted", same: "unchanged", read: "read", import: "imported",
};
const FUTURE: Readonly<Record<Operation, string>> = {
  create: "to create", update: "to update", replace: "to replace", delete: "to delete", same: "unchanged", read: "to read", import: "to import",
};
const COUNTED = ["create", "import", "update", "replace", "delete"] as const;

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
  const { engine, tell, onEvent, environment, ...given } = options;
  // Life is compared with the state alone: nothing new is needed for it.
  if (operation === "preview" || operation === "up") await ensureSecrets(layer, selection);
  const stack = stackName(layer, selection);
  const watch = new Watch(stack, tell);
  const own = engineOptions(layer, selection);
  const result = await engine[operation]({
    ...own,
    ...given,
    environment: { ...own.environment, ...environment },
    stopOn: ({ error = "" }) => wentBack(error) ? "a host went back to what it had: no other is changed before somebody has looked" : undefined,
    onEvent: (event) => {
      watch.see(event);
      onEvent?.(stack, event);
    },
  });
  const run = { stack, result, changes: watch.changes, drift: watch.drift };
  if (!result.succeeded) throw stackFailure(run, operation);
  return run;
}

/** Follows an update's events: what changes, what runs, how far it is. */
class Watch {
  readonly changes: StepEvent[] = [];
  readonly drift: DriftEvent[] = [];
  readonly #stack: string;
  readonly #tell: Telling | undefined;
  /** URN → name and when it began, milliseconds. */
  readonly #running = new Map<string, { readonly name: string; readonly op: Operation }>();
  #finished = 0;

  constructor(stack: string, tell: Telling | undefined) {
    this.#stack = stack;
    this.#tell = tell;
  }

  see(event: EngineEvent): void {
    switch (event.kind) {
      case "drift":
        this.drift.push(event);
        break;
      case "diagnostic":
        if (event.severity === "warning") console.error(`${this.#stack}: ${event.message}`);
        break;
      case "start":
        if (!isSeen(event)) break;
        this.#running.set(event.urn, event);
        this.#show();
        break;
      case "plan":
      case "done":
      case "failed":
        if (isSeen(event)) this.#end(event);
        break;
      default:
    }
  }

  #end(event: StepEvent): void {
    this.#running.delete(event.urn);
    this.#finished += 1;
    if (event.kind !== "failed" && event.op !== "same" && event.op !== "read") this.changes.push(event);
    if (event.kind === "failed") this.#tell?.line(`${event.name}: ${event.error}`);
    else if (event.kind === "done" && event.op !== "same") this.#tell?.line(`${event.name} ${PAST[event.op]} (${(event.durationSeconds ?? 0).toFixed(1)} s)`);
    this.#tell?.progress(`${this.#finished} done, last ${event.name}`);
    this.#show();
  }

  #show(): void {
    this.#tell?.now([...this.#running.values()].map(({ name, op }) => `${op} ${name}`));
  }
}

/** `2 created (r-vinh, r-cua-lo), 1 updated (agg1)`, or `no changes`. */
export function summary({ changes }: Pick<StackRun, "changes">, operation: StackOperation): string {
  const words = operation === "preview" ? FUTURE : PAST;
  const parts = COUNTED.flatMap((op) => {
    const names = changes.filter((event) => event.op === op && event.ofReplacement !== true).map((event) => event.name);
    return names.length === 0 ? [] : [`${names.length} ${words[op]}${listed(names)}`];
  });
  return parts.length === 0 ? "no changes" : parts.join(", ");
}

/** `2 differ (r-vinh, agg1), 1 gone (mx1)`, or `as the state says`. */
export function driftSummary({ drift }: Pick<StackRun, "drift">): string {
  const parts = ([["differ", false], ["gone", true]] as const).flatMap(([word, gone]) => {
    const names = drift.filter((event) => event.gone === gone).map((event) => event.name);
    return names.length === 0 ? [] : [`${names.length} ${word}${listed(names)}`];
  });
  return parts.length === 0 ? "as the state says" : parts.join(", ");
}

function listed(names: readonly string[]): string {
  return names.length <= NAMES_SHOWN ? ` (${names.join(", ")})` : "";
}

/** Stacks, components and providers are containers: users know what is in them. */
function isSeen({ type }: StepEvent): boolean {
  return !type.startsWith("pulumi:") && !type.startsWith("egov:");
}

function stackFailure({ stack, result }: StackRun, operation: StackOperation): Failure {
  const nameOf = (urn: string): string => urn.split("::").at(-1) as string;
  const lines = [
    ...result.errors,
    ...result.failed.map(({ urn, error }) => error.includes(nameOf(urn)) ? error : `${nameOf(urn)}: ${error}`),
    ...result.skipped.map(({ urn, because }) => `${nameOf(urn)}: not touched, for it needs ${nameOf(because)}`),
  ];
  if (result.rolledBack.length > 0) lines.push(`${stack}: ${result.rolledBack.length} changes were taken back`);
  if (result.aborted) {
    lines.push(`${stack}: stopped on request${result.remaining.length > 0 ? `; ${result.remaining.length} resources remain` : ""}`);
  }
  const onlyStopped = result.aborted && result.failed.length === 0 && result.errors.length === 0;
  const changing = (operation === "up" || operation === "destroy") && result.rolledBack.length === 0;
  const advice = changing ? "What could be done is done and saved; the same command goes on from there."
    : result.rolledBack.length > 0 ? "Everything is as it was, but for what is named above." : "Nothing was changed.";
  return new Failure(lines.join("\n"), {
    advice,
    exitCode: onlyStopped ? CANCELLED : result.failed.length > 0 ? RESOURCE_FAILED : 1,
  });
}
