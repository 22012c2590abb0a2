import { describeChanges, mask, secretMask } from "../diff.ts";
import { gist } from "../engineService.ts";
import { describe } from "../plan.ts";
import { type PropertyPath, formatPath, parsePath, touches } from "../propertyPath.ts";
import type { Report } from "../report.ts";
import type { Operation, Properties, PropertyChange, Value } from "../types.ts";
import { isProviderType, nameOf, stackType } from "../urn.ts";
import { isMap, isSecret } from "../values.ts";

/** A resource as the CLI tells of it. Secrets are blinded: each is a marked object around `[secret]`. */
interface CliState {
  readonly custom?: boolean;
  /** Only read, never managed. */
  readonly external?: boolean;
  /** Replaced, and still to be deleted. */
  readonly delete?: boolean;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
  readonly hideDiffs?: readonly PropertyPath[];
}

interface CliStep {
  readonly op: string;
  readonly urn: string;
  readonly old?: CliState | null;
  readonly new?: CliState | null;
  /** Properties that make the resource be replaced. */
  readonly keys?: readonly string[];
  /** Properties that changed, where there is no `detailedDiff`. */
  readonly diffs?: readonly string[];
  /** Property path → what is different. */
  readonly detailedDiff?: Readonly<Record<string, { readonly diffKind: string }>> | null;
}

/** One of the engine events that the CLI streams, as far as they are of use: just one member is there. */
export interface CliEvent {
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly severity: string; readonly ephemeral?: boolean };
  readonly resourcePreEvent?: { readonly metadata: CliStep; readonly planning?: boolean };
  readonly resOutputsEvent?: { readonly metadata: CliStep; readonly planning?: boolean };
  readonly resOpFailedEvent?: { readonly metadata: CliStep };
  readonly summaryEvent?: { readonly result?: string };
  readonly errorEvent?: { readonly error: string };
}

/** Pulumi's steps → ours. Steps that are not here only do the books of another one. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  same: "same",
  create: "create",
  import: "import",
  update: "update",
  delete: "delete",
  "delete-replaced": "delete",
  "create-replacement": "replace",
  "import-replacement": "replace",
  read: "read",
  "read-replacement": "read",
};
const REFRESH = "refresh";

/** Turns the CLI's events into ours, in the words of the report. */
export class Translator {
  readonly #report: Report;
  /** A refresh by itself, or a comparison with life: then what a step is called at its end says what was found. */
  readonly #looking: boolean;
  readonly #preview: boolean;
  /** Step → when it began. */
  readonly #running = new Map<string, { readonly step: CliStep; readonly begun: number }>();
  /** URN → what was said of it. */
  readonly #said = new Map<string, string>();
  readonly #seen = new Set<string>();
  #outputs: Properties | undefined;
  #told = false;

  constructor(report: Report, mode: { readonly preview: boolean; readonly looking: boolean }) {
    this.#report = report;
    this.#preview = mode.preview;
    this.#looking = mode.looking;
  }

  /** False as long as the CLI has told nothing: it has not even begun. */
  get told(): boolean {
    return this.#told;
  }

  /** URNs of the resources that something was said of. */
  get seen(): ReadonlySet<string> {
    return this.#seen;
  }

  /** The stack's outputs, secrets masked, when it has told them. */
  get outputs(): Properties | undefined {
    return this.#outputs === undefined ? undefined : (mask(this.#outputs) as Properties);
  }

  see(event: CliEvent): void {
    this.#told = true;
    if (event.diagnosticEvent !== undefined) this.#say(event.diagnosticEvent);
    if (event.errorEvent !== undefined) this.#report.error(gist(event.errorEvent.error), "engine", event.errorEvent.error);
    if (event.resourcePreEvent !== undefined) this.#begin(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) this.#end(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent !== undefined) this.#fail(event.resOpFailedEvent.metadata);
  }

  /** After the last event. `succeeded`: what the CLI says of itself. */
  finish(succeeded: boolean): void {
    // A component has no event for its end.
    for (const { step, begun } of this.#running.values()) {
      if (isCustom(step) && !succeeded) continue;
      this.#finished(step, begun);
    }
    this.#running.clear();
    for (const [urn, message] of this.#said) {
      if (isResource(urn) && !this.#report.failed.has(urn)) this.#report.fail(urn, message);
    }
  }

  /** Takes the CLI's last words for the reason, where nothing else has been said. */
  blame(failure: Error): void {
    if (!this.#report.hasFailed) this.#report.error(failure.message, "engine");
  }

  #begin(step: CliStep): void {
    this.#seen.add(step.urn);
    const op = OPERATIONS[step.op];
    if (op === undefined || isHidden(step.urn)) return;
    this.#running.set(key(step), { step, begun: performance.now() });
    if (!this.#preview) this.#report.emit({ kind: "start", ...common(step, op) });
  }

  #end(step: CliStep): void {
    this.#seen.add(step.urn);
    if (isHidden(step.urn)) return;
    if (nameOf(step.urn).type === stackType && step.new?.outputs !== undefined) this.#outputs = step.new.outputs;
    if (step.op === REFRESH || this.#looking) {
      this.#drift(step);
      return;
    }
    const running = this.#running.get(key(step));
    if (running === undefined) return;
    this.#running.delete(key(step));
    this.#finished(running.step, running.begun);
  }

  #finished(step: CliStep, begun: number): void {
    const op = OPERATIONS[step.op]!;
    const event = common(step, op);
    if (event.ofReplacement !== true) this.#report.counts[op] += 1;
    if (this.#preview) this.#report.emit({ kind: "plan", ...event });
    else this.#report.emit({ kind: "done", ...event, durationSeconds: (performance.now() - begun) / 1000 });
  }

  #fail(step: CliStep): void {
    this.#seen.add(step.urn);
    const running = this.#running.get(key(step));
    this.#running.delete(key(step));
    this.#report.fail(step.urn, this.#said.get(step.urn) ?? `the provider failed to ${step.op} it`, {
      op: OPERATIONS[step.op] ?? "same",
      diff: diffOf(step, OPERATIONS[step.op] ?? "same"),
      ...(running === undefined ? {} : { durationSeconds: (performance.now() - running.begun) / 1000 }),
    });
  }

  #drift(step: CliStep): void {
    const { urn } = step;
    const { type } = nameOf(urn);
    const state = step.old ?? step.new;
    if (state?.custom !== true || isProviderType(type) || state.external === true || state.delete === true) return;
    const gone = step.new === null || step.new === undefined || step.op === "delete";
    const diff = gone ? [] : describeChanges(step.old?.outputs ?? {}, step.new?.outputs ?? {});
    if (gone || diff.length > 0) this.#report.emit({ kind: "drift", ...nameOf(urn), gone, diff });
    if (this.#looking) this.#report.counts[gone ? "delete" : diff.length > 0 ? "update" : "same"] += 1;
  }

  #say({ urn = "", message, severity, ephemeral }: NonNullable<CliEvent["diagnosticEvent"]>): void {
    const text = message.trim();
    if (text === "" || ephemeral === true || severity === "debug") return;
    if (severity !== "error") {
      const level = severity === "warning" ? "warning" : "info";
      this.#report.say(level, text, isResource(urn) ? `provider ${nameOf(urn).type.split(":")[0]}` : "program", urn);
    } else if (isResource(urn)) {
      if (!this.#said.has(urn)) this.#said.set(urn, text.split("\n")[0]!);
    } else if (this.#report.failed.size > 0 && afterFailure.test(text)) {
      this.#report.say("debug", text, "program");
    } else if (!closing.test(text)) {
      this.#report.error(gist(text), urn === "" ? "engine" : "program", text);
    }
  }
}

/** What the CLI says at the end of everything that failed, whatever it was. */
const closing = /^(update|preview|destroy|refresh) failed$/;

/** What the SDK throws where the program needs a resource that failed: no news. */
const afterFailure = /^Error: resource .+ \[.+\] failed to register/;

/** Default providers come and go unseen. */
function isHidden(urn: string): boolean {
  const { type, name } = nameOf(urn);
  return isProviderType(type) && name.startsWith("default");
}

function isResource(urn: string): boolean {
  return urn !== "" && nameOf(urn).type !== stackType;
}

function isCustom(step: CliStep): boolean {
  return (step.new ?? step.old)?.custom === true;
}

/** A replacement's steps bear the same URN. */
function key({ op, urn }: CliStep): string {
  return `${op} ${urn}`;
}

function common(step: CliStep, op: Operation) {
  return { ...nameOf(step.urn), op, diff: diffOf(step, op), ...(step.op === "delete-replaced" ? { ofReplacement: true } : {}) };
}

function diffOf(step: CliStep, op: Operation): PropertyChange[] {
  if (op === "same" || op === "delete" || op === "read") return [];
  const detailed = Object.entries(step.detailedDiff ?? {});
  const replacing = [...(step.keys ?? []), ...detailed.filter(([, { diffKind }]) => diffKind.endsWith("-replace")).map(([path]) => path)];
  const hidden = (step.new?.hideDiffs ?? []).map(formatPath);
  const inputs = step.new?.inputs ?? {};
  if (step.old === undefined || step.old === null) return describeChanges({}, inputs, { replacing, hidden });
  const changes = describe({ inputs: step.old.inputs ?? {}, outputs: step.old.outputs ?? {} }, inputs, replacing, hidden);
  // Secrets all look alike: only the names of what differs tell, and without these any of them may.
  const detailedOrNot = detailed.length > 0 ? detailed.map(([path]) => path) : (step.diffs ?? []);
  const named = detailedOrNot.length > 0 || changes.length > 0 ? detailedOrNot : secretPaths(inputs);
  const unseen = named.filter((path) => !changes.some((change) => touches(parsePath(change.path), [path])));
  return [...changes, ...unseen.map((path) => ({ path, kind: "update" as const, old: secretMask, new: secretMask, replaces: replacing.includes(path) }))];
}

function secretPaths(value: Value, path: PropertyPath = []): string[] {
  if (isSecret(value)) return [formatPath(path)];
  if (Array.isArray(value)) return value.flatMap((element: Value, index) => secretPaths(element, [...path, index]));
  return isMap(value) ? Object.entries(value).flatMap(([name, member]) => secretPaths(member, [...path, name])) : [];
}
