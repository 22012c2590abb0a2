import { Failure } from "../../inventory/failure.ts";
import { hashAssets } from "./assets.ts";
import { dependentReplacements } from "./dependents.ts";
import type { Outcome } from "./deployment.ts";
import { rawChanges } from "./diff.ts";
import type { Goal } from "./goal.ts";
import { type Plan, planResource } from "./plan.ts";
import { formatPath } from "./propertyPath.ts";
import { InitFailure } from "./provider.ts";
import type { ReadyProvider } from "./providerRegistry.ts";
import { deleteResource } from "./removal.ts";
import type { ResourceState } from "./resourceState.ts";
import { type Run, amend, begun, seedOf, settle } from "./run.ts";
import { stateOf } from "./stateOf.ts";
import type { Properties } from "./types.ts";

/** Makes resources that a provider stands behind as the program wants them. */
export class CustomResources {
  readonly #run: Run;
  readonly #programDirectory: string;
  /** URNs of what this update replaces. */
  readonly #replaced = new Set<string>();

  constructor(run: Run, programDirectory: string) {
    this.#run = run;
    this.#programDirectory = programDirectory;
  }

  async register(given: Goal): Promise<Outcome> {
    const run = this.#run;
    const inputs = await hashAssets(given.inputs, this.#programDirectory);
    const goal = inputs === given.inputs ? given : { ...given, inputs };
    const ready = await run.providers.forResource(goal.type, goal.provider, goal.version);
    const known = run.snapshot.find(goal.urn);
    if (isImport(goal, known)) return this.#import(goal, known, ready);
    const replacing = known?.pendingReplacement === true;
    const exists = known !== undefined && !replacing && known.external !== true && !run.gone.has(goal.urn);
    const previous = exists ? known : undefined;
    const plan = await planResource(goal, previous, ready, {
      replacing,
      preview: run.preview,
      seed: seedOf(run, goal.urn),
      replacedWith: goal.replaceWith.find((urn) => this.#replaced.has(urn)),
      say: (message) => run.report.say("info", message, "engine", goal.urn),
    });
    if (plan.op === "replace") this.#replaced.add(goal.urn);
    return run.report.step({ urn: goal.urn, op: plan.op, diff: plan.diff }, async () => {
      const state = await this.#carryOut(goal, plan, previous, known, ready);
      // In a preview a new resource has no id yet, and its other outputs are what it was given.
      return { urn: goal.urn, id: state.id ?? "", outputs: state.outputs, missing: false };
    });
  }

  /** Takes over a resource that exists already. It must be as the program wants it: an import changes nothing. */
  async #import(goal: Goal, known: ResourceState | undefined, ready: ReadyProvider): Promise<Outcome> {
    const run = this.#run;
    const id = goal.importId!;
    const replaced = known?.external === true ? undefined : known;
    if (replaced?.protect === true && goal.protect) throw new Failure("it is protected and would have to be replaced by what is to be imported; take protect away first");
    return run.report.step({ urn: goal.urn, op: "import", diff: [] }, async () => {
      const found = await ready.provider.read(goal.urn, id, {}, undefined, goal.customTimeouts);
      if (found === undefined) throw new Failure(`there is no such resource to import (${id})`);
      if (found.inputs === undefined) throw new Failure(`its provider cannot import: it does not tell the inputs of ${id}`);
      const now = new Date().toISOString();
      const imported = stateOf(goal, { inputs: found.inputs, outputs: found.outputs, id: found.id, ready, created: now, modified: now });
      const plan = await planResource({ ...goal, protect: false }, imported, ready, { replacing: false, preview: run.preview, seed: seedOf(run, goal.urn), replacedWith: undefined, say: () => undefined });
      if (plan.op !== "same") {
        const paths = rawChanges(found.inputs, plan.inputs).map((change) => formatPath(change.path));
        throw new Failure(`its inputs do not match what is to be imported: ${paths.join(", ") || "the provider sees a difference"}; have the program say what is there, or ignoreChanges`);
      }
      const state = { ...imported, inputs: plan.inputs };
      this.#settleBeside(goal, state, known);
      run.done.push({ op: "import", before: known, after: state });
      return { urn: goal.urn, id: found.id, outputs: state.outputs, missing: false };
    });
  }

  /** `known` is the entry that the new one takes the place of; `previous` the same, when it really exists. */
  async #carryOut(goal: Goal, plan: Plan, previous: ResourceState | undefined, known: ResourceState | undefined, ready: ReadyProvider): Promise<ResourceState> {
    const run = this.#run;
    const { inputs } = plan;
    if (plan.op === "same") {
      const state = stateOf(goal, { inputs, outputs: previous!.outputs, id: previous!.id, ready, created: previous!.created, modified: previous!.modified });
      settle(run, previous, state);
      return state;
    }
    if (plan.op === "update") {
      const intended = stateOf(goal, { inputs, outputs: previous!.outputs, id: previous!.id, ready, created: previous!.created, modified: previous!.modified });
      const outputs = await this.#orInitFailure(goal, inputs, ready, previous, () => begun(run, "updating", intended, async () => ({
        id: previous!.id ?? "",
        outputs: await ready.provider.update(previous!, inputs, goal.ignoreChanges, run.preview, goal.customTimeouts),
      })));
      const state = stateOf(goal, { inputs, outputs: outputs.outputs, id: outputs.id, ready, created: previous!.created, modified: new Date().toISOString() });
      settle(run, previous, state);
      run.done.push({ op: "update", before: previous, after: state });
      return state;
    }
    let replaced = known;
    if (plan.op === "replace" && previous !== undefined) replaced = plan.deleteBeforeReplace ? await this.#deleteAhead(previous) : previous;
    const id = run.preview ? undefined : await ready.provider.plannedId?.(goal.urn, goal.type, inputs);
    const intended = stateOf(goal, { inputs, outputs: {}, id, ready, created: undefined, modified: undefined });
    const create = (): Promise<{ id: string; outputs: Properties }> => ready.provider.create(goal.urn, inputs, run.preview, goal.customTimeouts);
    const created = await this.#orInitFailure(goal, inputs, ready, replaced, () => begun(run, "creating", intended, create));
    return this.#settleCreated(goal, inputs, created, ready, replaced, []);
  }

  #settleCreated(goal: Goal, inputs: Properties, created: { id: string; outputs: Properties }, ready: ReadyProvider, replaced: ResourceState | undefined, initErrors: readonly string[]): ResourceState {
    const now = new Date().toISOString();
    const built = stateOf(goal, { inputs, outputs: created.outputs, id: created.id === "" ? undefined : created.id, ready, created: now, modified: now });
    const state = initErrors.length === 0 ? built : { ...built, initErrors };
    this.#settleBeside(goal, state, replaced);
    this.#run.done.push({ op: replaced?.pendingReplacement === true ? "create" : replaced === undefined || replaced.external === true ? "create" : "replace", before: replaced, after: state });
    return state;
  }

  /** Puts a new resource into the state. The old one, where there is one, stays until everything that used it has moved. */
  #settleBeside(goal: Goal, state: ResourceState, replaced: ResourceState | undefined): void {
    const stillThere = replaced !== undefined && replaced.pendingReplacement !== true && replaced.external !== true && !this.#run.gone.has(goal.urn);
    if (stillThere) {
      amend(this.#run, replaced, { ...replaced, delete: true });
      settle(this.#run, undefined, state);
    } else {
      settle(this.#run, replaced, state);
    }
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
        if (isUpdate) {
          const state = { ...stateOf(goal, { inputs, outputs, id, ready, created: replaced.created, modified: new Date().toISOString() }), initErrors: reasons };
          settle(this.#run, replaced, state);
          this.#run.done.push({ op: "update", before: replaced, after: state });
        } else {
          this.#settleCreated(goal, inputs, { id, outputs }, ready, replaced, reasons);
        }
      }
      throw error;
    }
  }

  /** Deletes a resource ahead of its replacement, after those that its replacement will replace too. */
  async #deleteAhead(previous: ResourceState): Promise<ResourceState> {
    const { snapshot, providers, report, targets } = this.#run;
    const dependents = await dependentReplacements(previous, snapshot.resources, providers);
    const guarded = dependents.find((state) => state.protect === true);
    if (guarded !== undefined) throw new Failure(`${guarded.urn}, which needs it, is protected and would have to be replaced; take protect away first`);
    const untargeted = dependents.find((state) => !targets.has(state));
    if (untargeted !== undefined) throw new Failure(`${untargeted.urn}, which needs it, would have to be replaced and is not among the targets; name that one, too`);
    for (const state of dependents.reverse()) {
      await report.step({ urn: state.urn, op: "delete", diff: [], ofReplacement: true }, () => this.#markDeleted(state));
    }
    return this.#markDeleted(previous);
  }

  async #markDeleted(state: ResourceState): Promise<ResourceState> {
    if (!this.#run.preview) await deleteResource(this.#run, state);
    const marked: ResourceState = { ...state, pendingReplacement: true };
    amend(this.#run, state, marked);
    this.#run.done.push({ op: "delete", before: state, after: undefined });
    return marked;
  }
}

function isImport(goal: Goal, known: ResourceState | undefined): boolean {
  return goal.importId !== undefined && (known === undefined || known.external === true || (known.importID ?? known.id) !== goal.importId);
}
