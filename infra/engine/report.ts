import type { DriftEvent, EngineEvent, EngineOptions, Operation, PropertyChange, StepEvent } from "./types.ts";
import { nameOf } from "./urn.ts";

/** What a step is called while it runs. */
export interface StepName {
  readonly urn: string;
  readonly op: Operation;
  readonly diff: readonly PropertyChange[];
  readonly ofReplacement?: boolean;
  /** Default providers work unseen. */
  readonly hidden?: boolean;
  /** It takes back what this update did. Not counted, and its failure is the rollback's to tell. */
  readonly rollback?: boolean;
}

/** Collects what an update did and tells the caller as it happens. */
export class Report {
  readonly counts: Record<Operation, number> = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0, import: 0 };
  readonly failed = new Map<string, string>();
  /** URN → URN of the resource that it waits for. */
  readonly skipped = new Map<string, string>();
  readonly remaining = new Set<string>();
  readonly errors: string[] = [];
  readonly drift: DriftEvent[] = [];
  #halted: string | undefined;
  readonly #emit: (event: EngineEvent) => void;
  readonly #preview: boolean;
  readonly #stopOn: EngineOptions["stopOn"];

  constructor(options: Pick<EngineOptions, "onEvent" | "stopOn">, preview: boolean) {
    this.#emit = options.onEvent ?? (() => undefined);
    this.#stopOn = options.stopOn;
    this.#preview = preview;
  }

  get hasFailed(): boolean {
    return this.failed.size > 0 || this.skipped.size > 0 || this.errors.length > 0;
  }

  /** Why nothing new is to be started since a step failed, if so. */
  get halted(): string | undefined {
    return this.#halted;
  }

  emit(event: EngineEvent): void {
    if (event.kind === "drift") this.drift.push(event);
    this.#emit(event);
  }

  #failed(event: StepEvent): void {
    this.failed.set(event.urn, event.error ?? "");
    this.#emit(event);
    const reason = this.#halted === undefined ? this.#stopOn?.(event) : undefined;
    if (reason === undefined) return;
    this.#halted = reason;
    this.error(reason, "engine");
  }

  /**
   * Runs a step and reports it. Throws what the step throws, after having reported it.
   * In a preview the step is only planned for the caller, although `work` still runs (without touching anything).
   */
  async step<T>(step: StepName, work: () => Promise<T>): Promise<T> {
    const { urn, op, diff } = step;
    const common = { ...nameOf(urn), op, diff, ...(step.ofReplacement === true ? { ofReplacement: true } : {}), ...(step.rollback === true ? { rollback: true } : {}) };
    const seen = step.hidden !== true;
    if (seen && !this.#preview) this.#emit({ kind: "start", ...common });
    const begun = performance.now();
    const durationSeconds = (): number => (performance.now() - begun) / 1000;
    try {
      const result = await work();
      if (seen) {
        if (step.ofReplacement !== true && step.rollback !== true) this.counts[op] += 1;
        this.#emit(this.#preview ? { kind: "plan", ...common } : { kind: "done", ...common, durationSeconds: durationSeconds() });
      }
      return result;
    } catch (error) {
      const message = oneLine(error);
      const event: StepEvent = { kind: "failed", ...common, error: message, durationSeconds: durationSeconds() };
      if (step.rollback === true) this.#emit(event);
      else this.#failed(event);
      throw new ReportedError(message, { cause: error });
    }
  }

  /** A resource failed, before it was known what to do with it unless `step` says what. */
  fail(urn: string, error: unknown, step: Pick<StepEvent, "op" | "diff" | "durationSeconds"> = { op: "same", diff: [] }): void {
    this.#failed({ kind: "failed", ...nameOf(urn), ...step, error: oneLine(error) });
  }

  skip(urn: string, because: string): void {
    this.skipped.set(urn, because);
    this.#emit({ kind: "skipped", ...nameOf(urn), because });
  }

  /** An error that belongs to no resource. It fails the update. */
  error(message: string, source: string, details?: string): void {
    this.errors.push(message);
    this.#emit({ kind: "diagnostic", severity: "error", message, source, ...(details === undefined ? {} : { details }) });
  }

  say(severity: "debug" | "info" | "warning", message: string, source: string, urn?: string): void {
    this.#emit({ kind: "diagnostic", severity, message, source, ...(urn === undefined || urn === "" ? {} : { urn }) });
  }
}

/** An error that the report holds already. */
export class ReportedError extends Error {}

export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? message;
}
