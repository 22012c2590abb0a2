import { randomUUID } from "node:crypto";
import { Failure } from "../../inventory/failure.ts";
import { aliasUrns } from "./aliases.ts";
import { CustomResources } from "./customResources.ts";
import { describeChanges } from "./diff.ts";
import type { Goal, ReadGoal } from "./goal.ts";
import { cyclic } from "./order.ts";
import { ReportedError } from "./report.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { Refusal } from "./rpc.ts";
import { type Run, amend, haltReason, settle } from "./run.ts";
import { stateOf } from "./stateOf.ts";
import type { Properties } from "./types.ts";
import { isProviderType, stackType } from "./urn.ts";
import { hasUnknown, sameValue, unknownValue } from "./values.ts";

/** What the program gets back for a resource. */
export interface Outcome {
  readonly urn: string;
  /** Empty when there is none (yet). */
  readonly id: string;
  readonly outputs: Properties;
  /** The resource was not made (it failed or was skipped): the program is to take its outputs for unknown. */
  readonly missing: boolean;
}

/** Takes the program's resources one by one, in the order in which they come, and makes them so. */
export class Deployment {
  readonly #run: Run;
  readonly #custom: CustomResources;
  readonly #seen = new Set<string>();
  /** URN from before → the URN that took it over by an alias. */
  readonly #claimed = new Map<string, string>();
  /** The reverse, which children inherit. */
  readonly #aliases = new Map<string, string>();
  /** New resources that are no targets. */
  readonly #untargeted = new Set<string>();
  #stackOutputs: Properties | undefined;

  constructor(run: Run, programDirectory: string) {
    this.#run = run;
    this.#custom = new CustomResources(run, programDirectory);
  }

  /** The stack's outputs, once the program has given them. */
  get stackOutputs(): Properties | undefined {
    return this.#stackOutputs;
  }

  /** Throws a Failure when the goal itself is wrong; what fails later is reported, and told by the outcome. */
  async register(goal: Goal): Promise<Outcome> {
    return this.#handle(goal, async () => {
      if (!goal.custom) return this.#registerComponent(goal);
      if (isProviderType(goal.type)) return this.#registerProvider(goal);
      return this.#custom.register(goal);
    });
  }

  /** Reads a resource that is not the stack's own into its state. */
  async read(goal: ReadGoal): Promise<Outcome> {
    return this.#handle(goal, async () => {
      const { run, previous } = { run: this.#run, previous: this.#run.snapshot.find(goal.urn) };
      if (previous !== undefined && previous.external !== true) throw new Failure("the stack itself has made a resource of this name; it cannot be only read now");
      // A read in a preview may depend on what does not exist yet.
      if (hasUnknown(goal.id)) return { urn: goal.urn, id: "", outputs: {}, missing: false };
      return run.report.step({ urn: goal.urn, op: "read", diff: [] }, async () => {
        const ready = await run.providers.forResource(goal.type, goal.provider, goal.version);
        const found = await ready.provider.read(goal.urn, goal.id, goal.inputs, undefined, undefined);
        if (found === undefined) throw new Failure(`there is no such resource (${goal.id})`);
        const inputs = found.inputs ?? goal.inputs;
        const state: ResourceState = {
          ...stateOf(goal, { inputs, outputs: found.outputs, id: found.id, ready, created: previous?.created, modified: previous?.modified }),
          external: true,
        };
        settle(run, previous, state);
        return { urn: goal.urn, id: found.id, outputs: state.outputs, missing: false };
      });
    });
  }

  /** The outputs of a component or of the stack. */
  registerOutputs(urn: string, outputs: Properties): void {
    const state = this.#run.snapshot.find(urn);
    if (state === undefined || !this.#run.snapshot.isSettled(urn)) return;
    if (state.type === stackType) {
      this.#stackOutputs = outputs;
      return;
    }
    if (!hasUnknown(outputs)) amend(this.#run, state, { ...state, outputs });
  }

  /** After a successful program: the stack has the outputs that it gave. */
  settleStackOutputs(): void {
    const stack = this.#run.snapshot.resources.find((state) => state.type === stackType);
    if (stack === undefined || this.#stackOutputs === undefined) return;
    const known = Object.entries(this.#stackOutputs).flatMap(([name, value]) => {
      if (!hasUnknown(value)) return [[name, value]];
      return name in stack.outputs ? [[name, stack.outputs[name]!]] : [];
    });
    const next = { ...stack, outputs: Object.fromEntries(known) as Properties };
    if (sameValue(stack.outputs, next.outputs)) return;
    amend(this.#run, stack, next);
    this.#run.done.push({ op: "update", before: stack, after: next });
  }

  /** Does the work in a slot, unless the resource must be left alone. */
  async #handle(goal: Goal, work: () => Promise<Outcome>): Promise<Outcome> {
    const run = this.#run;
    if (this.#seen.has(goal.urn)) throw new Failure(`${goal.urn}: two resources of one type have this name`);
    this.#seen.add(goal.urn);
    this.#adopt(goal);
    this.#refuseCycle(goal);
    const missing: Outcome = { urn: goal.urn, id: "", outputs: Object.fromEntries(Object.keys(goal.inputs).map((key) => [key, unknownValue])), missing: true };
    if (run.targets.restrict) {
      const left = this.#leaveUntargeted(goal, missing);
      if (left !== undefined) return left;
    }
    const blocker = this.#blockerOf(goal);
    if (blocker !== undefined) {
      run.report.skip(goal.urn, blocker);
      return missing;
    }
    await run.readings.get(goal.urn);
    if (run.report.failed.has(goal.urn)) return missing;
    return run.slots.run(async () => {
      const stopped = haltReason(run);
      if (stopped !== undefined) {
        run.report.remaining.add(goal.urn);
        // A program that is being stopped hears why; one that may go on tells us what else there is.
        if (run.stopped() !== undefined) throw new Failure(stopped);
        return missing;
      }
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ReportedError)) run.report.fail(goal.urn, error);
        if (error instanceof Refusal) throw error;
        return missing;
      }
    });
  }

  /** What the goal needs and did not come to be. */
  #blockerOf(goal: Goal): string | undefined {
    const { report } = this.#run;
    if (report.failed.size === 0 && report.skipped.size === 0) return undefined;
    return [...neededBy(goal)].find((urn) => report.failed.has(urn) || report.skipped.has(urn));
  }

  /** Has the state call the resource by its new URN, where it knows it by one of its aliases. */
  #adopt(goal: Goal): void {
    const { snapshot, log, stack, project, gone, readings } = this.#run;
    const taken = this.#claimed.get(goal.urn);
    if (taken !== undefined) throw new Failure(`${goal.urn}: ${taken} has taken this resource over by an alias already`);
    const parentAlias = goal.parent === undefined ? undefined : this.#aliases.get(goal.parent);
    if (goal.aliases.length === 0 && parentAlias === undefined) return;
    if (snapshot.find(goal.urn) !== undefined) return;
    for (const urn of aliasUrns(goal, stack, project, parentAlias)) {
      const other = this.#claimed.get(urn) ?? (this.#seen.has(urn) && urn !== goal.urn ? urn : undefined);
      if (other !== undefined) throw new Failure(`${goal.urn}: its alias ${urn} belongs to ${other} already`);
      const known = snapshot.find(urn);
      if (known === undefined) continue;
      this.#claimed.set(urn, goal.urn);
      this.#aliases.set(goal.urn, urn);
      for (const { previous, next } of snapshot.renamed(known, goal.urn)) log.amend(previous, next);
      if (gone.delete(urn)) gone.add(goal.urn);
      const reading = readings.get(urn);
      if (reading !== undefined) (readings as Map<string, Promise<void>>).set(goal.urn, reading);
      return;
    }
  }

  /** The program may name what only the state knows; together they may go round in a circle. */
  #refuseCycle(goal: Goal): void {
    const { snapshot } = this.#run;
    const visit = (urn: string, path: readonly string[], seen: Set<string>): void => {
      if (urn === goal.urn) throw cyclic([goal.urn, ...path, urn]);
      if (seen.has(urn) || snapshot.isSettled(urn)) return;
      seen.add(urn);
      const state = snapshot.find(urn);
      if (state !== undefined) for (const needed of neededBy(state)) visit(needed, [...path, urn], seen);
    };
    const seen = new Set<string>();
    for (const urn of neededBy(goal)) visit(urn, [], seen);
  }

  /** What becomes of a goal that is no target: it stays as it is, or is not made. Undefined for a target. */
  #leaveUntargeted(goal: Goal, missing: Outcome): Outcome | undefined {
    const { snapshot, targets, report } = this.#run;
    if (targets.has(goal)) {
      const lacking = [...neededBy(goal)].find((urn) => this.#untargeted.has(urn));
      if (lacking === undefined) return undefined;
      report.fail(goal.urn, new Failure(`it needs ${lacking}, which is new and not among the targets; name that one, too`));
      return missing;
    }
    const previous = snapshot.find(goal.urn);
    if (previous === undefined) {
      this.#untargeted.add(goal.urn);
      return missing;
    }
    settle(this.#run, previous, previous);
    report.counts.same += 1;
    return { urn: goal.urn, id: previous.id ?? "", outputs: goal.custom ? previous.outputs : goal.inputs, missing: false };
  }

  async #registerComponent(goal: Goal): Promise<Outcome> {
    const run = this.#run;
    const previous = run.snapshot.find(goal.urn);
    const op = previous === undefined ? "create" : sameValue(previous.inputs, goal.inputs) ? "same" : "update";
    const diff = op === "same" ? [] : describeChanges(previous?.inputs ?? {}, goal.inputs, { hidden: goal.hideDiffs });
    return run.report.step({ urn: goal.urn, op, diff }, async () => {
      const state = stateOf(goal, { inputs: goal.inputs, outputs: previous?.outputs ?? {}, id: undefined, ready: undefined, created: previous?.created, modified: previous?.modified });
      settle(run, previous, state);
      if (op !== "same") run.done.push({ op, before: previous, after: state });
      return { urn: goal.urn, id: "", outputs: goal.inputs, missing: false };
    });
  }

  /** A provider is made by configuring its plugin; its resources reach it through the snapshot. */
  async #registerProvider(goal: Goal): Promise<Outcome> {
    const run = this.#run;
    const previous = run.snapshot.find(goal.urn);
    const { inputs } = goal;
    const op = previous === undefined ? "create" : sameValue(previous.inputs, inputs) ? "same" : "update";
    return run.report.step({ urn: goal.urn, op, diff: describeChanges(previous?.inputs ?? {}, inputs, { hidden: goal.hideDiffs }) }, async () => {
      const now = new Date().toISOString();
      const times = op === "same" ? { created: previous?.created, modified: previous?.modified } : { created: previous?.created ?? now, modified: now };
      const state = stateOf(goal, { inputs, outputs: inputs, id: previous?.id ?? randomUUID(), ready: undefined, ...times });
      const { provider } = await run.providers.configured(state);
      if (op === "update" && "diffConfiguration" in provider) {
        const found = await (provider as { diffConfiguration(...parameters: unknown[]): Promise<{ replaces: readonly string[] }> }).diffConfiguration(goal.urn, state.id, previous, inputs);
        if (found.replaces.length > 0) throw new Refusal(`replacing a provider with all its resources (${found.replaces.join(", ")} changed)`, goal.urn);
      }
      settle(run, previous, state);
      if (op !== "same") run.done.push({ op, before: previous, after: state });
      return { urn: goal.urn, id: state.id!, outputs: state.outputs, missing: false };
    });
  }
}
