import { randomUUID } from "node:crypto";
import { Failure } from "../../inventory/failure.ts";
import { dependentReplacements } from "./dependents.ts";
import { describeChanges } from "./diff.ts";
import type { Goal, ReadGoal } from "./goal.ts";
import { type Plan, planResource } from "./plan.ts";
import { InitFailure } from "./provider.ts";
import type { ReadyProvider } from "./providerRegistry.ts";
import { deleteResource } from "./removal.ts";
import { ReportedError } from "./report.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { Refusal } from "./rpc.ts";
import { type Run, amend, begun, seedOf, settle } from "./run.ts";
import type { Properties } from "./types.ts";
import { isProviderType, stackType } from "./urn.ts";
import { hasUnknown, markSecrets, sameValue, unknownValue } from "./values.ts";

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
  readonly #seen = new Set<string>();
  #stackOutputs: Properties | undefined;

  constructor(run: Run) {
    this.#run = run;
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
      return this.#registerCustom(goal);
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
        const times = { created: previous?.created, modified: previous?.modified };
        const state: ResourceState = { ...this.#build(goal, inputs, found.outputs, found.id, ready, times), external: true };
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
    amend(this.#run, stack, { ...stack, outputs: Object.fromEntries(known) as Properties });
  }

  /** Does the work in a slot, unless the resource must be left alone. */
  async #handle(goal: Goal, work: () => Promise<Outcome>): Promise<Outcome> {
    const run = this.#run;
    if (this.#seen.has(goal.urn)) throw new Failure(`${goal.urn}: two resources of one type have this name`);
    this.#seen.add(goal.urn);
    const missing: Outcome = { urn: goal.urn, id: "", outputs: Object.fromEntries(Object.keys(goal.inputs).map((key) => [key, unknownValue])), missing: true };
    const blocker = [...neededBy(goal)].find((urn) => run.report.failed.has(urn) || run.report.skipped.has(urn));
    if (blocker !== undefined) {
      run.report.skip(goal.urn, blocker);
      return missing;
    }
    await run.readings.get(goal.urn);
    if (run.report.failed.has(goal.urn)) return missing;
    return run.slots.run(async () => {
      const stopped = run.stopped();
      if (stopped !== undefined) {
        run.report.remaining.add(goal.urn);
        throw new Failure(stopped);
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

  async #registerComponent(goal: Goal): Promise<Outcome> {
    const run = this.#run;
    const previous = run.snapshot.find(goal.urn);
    const op = previous === undefined ? "create" : sameValue(previous.inputs, goal.inputs) ? "same" : "update";
    const diff = describeChanges(previous?.inputs ?? {}, goal.inputs, { hidden: goal.hideDiffs });
    return run.report.step({ urn: goal.urn, op, diff }, async () => {
      const state = this.#build(goal, goal.inputs, previous?.outputs ?? {}, undefined, undefined, { created: previous?.created, modified: previous?.modified });
      settle(run, previous, state);
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
      const state = this.#build(goal, inputs, inputs, previous?.id ?? randomUUID(), undefined, times);
      const { provider } = await run.providers.configured(state);
      if (op === "update" && "diffConfiguration" in provider) {
        const found = await (provider as { diffConfiguration(...parameters: unknown[]): Promise<{ replaces: readonly string[] }> }).diffConfiguration(goal.urn, state.id, previous, inputs);
        if (found.replaces.length > 0) throw new Refusal(`replacing a provider with all its resources (${found.replaces.join(", ")} changed)`, goal.urn);
      }
      settle(run, previous, state);
      return { urn: goal.urn, id: state.id!, outputs: state.outputs, missing: false };
    });
  }

  async #registerCustom(goal: Goal): Promise<Outcome> {
    const run = this.#run;
    const ready = await run.providers.forResource(goal.type, goal.provider, goal.version);
    const known = run.snapshot.find(goal.urn);
    const replacing = known?.pendingReplacement === true;
    const exists = known !== undefined && !replacing && known.external !== true && !run.gone.has(goal.urn);
    const previous = exists ? known : undefined;
    const plan = await planResource(goal, previous, ready, { replacing, preview: run.preview, seed: seedOf(run, goal.urn) });
    return run.report.step({ urn: goal.urn, op: plan.op, diff: plan.diff }, async () => {
      const state = await this.#carryOut(goal, plan, previous, known, ready);
      // In a preview a new resource has no id yet, and its other outputs are what it was given.
      return { urn: goal.urn, id: state.id ?? "", outputs: state.outputs, missing: false };
    });
  }

  /** `known` is the entry that the new one takes the place of; `previous` the same, when it really exists. */
  async #carryOut(goal: Goal, plan: Plan, previous: ResourceState | undefined, known: ResourceState | undefined, ready: ReadyProvider): Promise<ResourceState> {
    const run = this.#run;
    const { inputs } = plan;
    if (plan.op === "same") {
      const state = this.#build(goal, inputs, previous!.outputs, previous!.id, ready, { created: previous!.created, modified: previous!.modified });
      settle(run, previous, state);
      return state;
    }
    if (plan.op === "update") {
      const intended = this.#build(goal, inputs, previous!.outputs, previous!.id, ready, { created: previous!.created, modified: previous!.modified });
      const outputs = await this.#orInitFailure(goal, inputs, ready, previous, () => begun(run, "updating", intended, async () => ({
        id: previous!.id ?? "",
        outputs: await ready.provider.update(previous!, inputs, goal.ignoreChanges, run.preview, goal.customTimeouts),
      })));
      const state = this.#build(goal, inputs, outputs.outputs, outputs.id, ready, { created: previous!.created, modified: new Date().toISOString() });
      settle(run, previous, state);
      return state;
    }
    let replaced = known;
    if (plan.op === "replace" && previous !== undefined) replaced = plan.deleteBeforeReplace ? await this.#deleteAhead(previous) : previous;
    const id = run.preview ? undefined : await ready.provider.plannedId?.(goal.urn, goal.type, inputs);
    const intended = this.#build(goal, inputs, {}, id, ready, { created: undefined, modified: undefined });
    const create = () => ready.provider.create(goal.urn, inputs, run.preview, goal.customTimeouts);
    const created = await this.#orInitFailure(goal, inputs, ready, replaced, () => begun(run, "creating", intended, create));
    return this.#settleCreated(goal, inputs, created, ready, replaced, []);
  }

  #settleCreated(goal: Goal, inputs: Properties, created: { id: string; outputs: Properties }, ready: ReadyProvider, replaced: ResourceState | undefined, initErrors: readonly string[]): ResourceState {
    const now = new Date().toISOString();
    const built = this.#build(goal, inputs, created.outputs, created.id === "" ? undefined : created.id, ready, { created: now, modified: now });
    const state = initErrors.length === 0 ? built : { ...built, initErrors };
    const stillThere = replaced !== undefined && replaced.pendingReplacement !== true && replaced.external !== true && !this.#run.gone.has(goal.urn);
    if (stillThere) {
      // The old one stays until everything that used it has moved to the new one.
      amend(this.#run, replaced, { ...replaced, delete: true });
      settle(this.#run, undefined, state);
    } else {
      settle(this.#run, replaced, state);
    }
    return state;
  }

  /** A resource that exists but did not come up is remembered before its error goes on. */
  async #orInitFailure(
    goal: Goal,
    inputs: Properties,
    ready: ReadyProvider,
    replaced: ResourceState | undefined,
    work: () => Promise<{ id: string; outputs: Properties }>,
  ): Promise<{ id: string; outputs: Properties }> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InitFailure && !this.#run.preview) {
        const { id, outputs, reasons } = error;
        const isUpdate = replaced?.id === id;
        if (isUpdate) settle(this.#run, replaced, { ...this.#build(goal, inputs, outputs, id, ready, { created: replaced.created, modified: new Date().toISOString() }), initErrors: reasons });
        else this.#settleCreated(goal, inputs, { id, outputs }, ready, replaced, reasons);
      }
      throw error;
    }
  }

  /** Deletes a resource ahead of its replacement, after those that its replacement will replace too. */
  async #deleteAhead(previous: ResourceState): Promise<ResourceState> {
    const run = this.#run;
    const dependents = await dependentReplacements(previous, run.snapshot.resources, run.providers);
    const guarded = dependents.find((state) => state.protect === true);
    if (guarded !== undefined) throw new Failure(`${guarded.urn}, which needs it, is protected and would have to be replaced; take protect away first`);
    for (const state of dependents.reverse()) {
      await run.report.step({ urn: state.urn, op: "delete", diff: [], ofReplacement: true }, () => this.#markDeleted(state));
    }
    return this.#markDeleted(previous);
  }

  async #markDeleted(state: ResourceState): Promise<ResourceState> {
    if (!this.#run.preview) await deleteResource(this.#run, state);
    const marked: ResourceState = { ...state, pendingReplacement: true };
    amend(this.#run, state, marked);
    return marked;
  }

  #build(
    goal: Goal,
    inputs: Properties,
    outputs: Properties,
    id: string | undefined,
    ready: ReadyProvider | undefined,
    times: { created: string | undefined; modified: string | undefined },
  ): ResourceState {
    const acceptsSecrets = ready === undefined || ready.acceptsSecrets;
    const state: { -readonly [Key in keyof ResourceState]: ResourceState[Key] } = {
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
    const propertyDependencies = Object.entries(goal.propertyDependencies).filter(([, urns]) => urns.length > 0);
    if (propertyDependencies.length > 0) state.propertyDependencies = Object.fromEntries(propertyDependencies.map(([key, urns]) => [key, [...urns].sort()]));
    if (goal.protect) state.protect = true;
    if (goal.retainOnDelete) state.retainOnDelete = true;
    if (goal.deletedWith !== undefined) state.deletedWith = goal.deletedWith;
    if (goal.additionalSecretOutputs.length > 0) state.additionalSecretOutputs = goal.additionalSecretOutputs;
    if (goal.customTimeouts !== undefined) state.customTimeouts = goal.customTimeouts;
    if (goal.ignoreChanges.length > 0) state.ignoreChanges = goal.ignoreChanges;
    if (goal.replaceOnChanges.length > 0) state.replaceOnChanges = goal.replaceOnChanges;
    if (times.created !== undefined) state.created = times.created;
    if (times.modified !== undefined) state.modified = times.modified;
    return state;
  }
}
