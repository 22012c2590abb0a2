import type { ResourceState } from "./resourceState.ts";
import { neededBy } from "./resourceState.ts";
import { ReportedError, oneLine } from "./report.ts";
import { type Run, amend, begun, forget, settle } from "./run.ts";
import type { Operation } from "./types.ts";
import { isProviderType, nameOf, stackType } from "./urn.ts";

/** A step that an update has done: what the state knew of the resource before and after it. */
export interface DoneStep {
  readonly op: Extract<Operation, "create" | "update" | "replace" | "delete" | "import">;
  readonly before: ResourceState | undefined;
  readonly after: ResourceState | undefined;
}

/** What a rollback did and could not do. */
export interface RollbackResult {
  readonly rolledBack: readonly { readonly urn: string; readonly op: Operation }[];
  readonly notRolledBack: readonly { readonly urn: string; readonly error: string }[];
}

/**
 * Takes back what an update has done, through the providers, the last step first; steps that have nothing to do with each
 * other go at once. The state is right after each of them. What cannot be taken back stays, with what it needs.
 */
export async function rollBack(run: Run): Promise<RollbackResult> {
  const steps = [...run.done].reverse().filter((step) => step.before?.delete !== true);
  const rolledBack: { urn: string; op: Operation }[] = [];
  const notRolledBack: { urn: string; error: string }[] = [];
  const ofUrn = new Map<string, DoneStep[]>();
  const stuck = new Map<DoneStep, string>();
  const undone = new Map<DoneStep, Promise<void>>();
  for (const step of steps) {
    const urn = urnOf(step);
    const related = new Set<DoneStep>(ofUrn.get(urn) ?? []);
    // Later steps on what this resource needs, and later steps on what needs this resource, are taken back before.
    for (const needed of needs(step)) for (const other of ofUrn.get(needed) ?? []) related.add(other);
    for (const other of undone.keys()) if (needs(other).has(urn)) related.add(other);
    undone.set(
      step,
      Promise.all([...related].map((other) => undone.get(other))).then(async () => {
        const blocker = [...related].find((other) => stuck.has(other) && needs(other).has(urn) && step.op !== "delete");
        try {
          if (blocker !== undefined) throw new Error(`${urnOf(blocker)}, which needs it, could not be taken back`);
          await run.slots.run(() => undo(run, step));
          if (nameOf(urn).type !== stackType) rolledBack.push({ urn, op: step.op });
        } catch (error) {
          stuck.set(step, urn);
          notRolledBack.push({ urn, error: oneLine(error) });
        }
      }),
    );
    ofUrn.set(urn, [...(ofUrn.get(urn) ?? []), step]);
  }
  await Promise.all(undone.values());
  return { rolledBack, notRolledBack };
}

function urnOf({ before, after }: DoneStep): string {
  return (after ?? before)!.urn;
}

function needs({ before, after }: DoneStep): Set<string> {
  return new Set([...(before === undefined ? [] : neededBy(before)), ...(after === undefined ? [] : neededBy(after))]);
}

async function undo(run: Run, step: DoneStep): Promise<void> {
  const urn = urnOf(step);
  const inverse = ({ create: "delete", import: "delete", update: "update", replace: "replace", delete: "create" } as const)[step.op];
  const { before } = step;
  const after = step.after === undefined ? undefined : run.snapshot.find(urn);
  const { type } = (after ?? before)!;
  const seen = !isProviderType(type) && type !== stackType;
  try {
    await run.report.step({ urn, op: inverse, diff: [], rollback: true, hidden: !seen }, async () => {
      if (after !== undefined && step.op !== "update") {
        // What was imported was there before, and goes on without us.
        if (step.op !== "import") await deleteReal(run, after);
        forget(run, after);
      }
      if (step.op === "update") await updateBack(run, before!, after!);
      else if (before !== undefined) await bring(run, before);
    });
  } catch (error) {
    throw error instanceof ReportedError ? (error.cause as Error) : error;
  }
}

async function deleteReal(run: Run, state: ResourceState): Promise<void> {
  if (!isManaged(state)) return;
  const { provider } = await run.providers.forState(state);
  await begun(run, "deleting", state, () => provider.delete(state));
}

async function updateBack(run: Run, before: ResourceState, after: ResourceState): Promise<void> {
  if (!isManaged(before)) {
    amend(run, after, before);
    return;
  }
  const { provider } = await run.providers.forState(after);
  const outputs = await begun(run, "updating", { ...before, outputs: after.outputs }, () => provider.update(after, before.inputs, before.ignoreChanges ?? [], false, before.customTimeouts));
  amend(run, after, { ...before, outputs, modified: new Date().toISOString() });
}

/** Has a resource that was replaced or deleted back: as it is, where it still exists, else made again. */
async function bring(run: Run, before: ResourceState): Promise<void> {
  const waiting = run.snapshot.untouched.find((state) => state.urn === before.urn && (state.delete === true || state.pendingReplacement === true));
  const exists = waiting?.delete === true || before.external === true || before.retainOnDelete === true || !isManaged(before);
  if (exists) {
    if (waiting === undefined) settle(run, undefined, before);
    else amend(run, waiting, before);
    return;
  }
  const { provider } = await run.providers.forState(before);
  const { pendingReplacement: _gone, id: _old, ...made } = before;
  const planned = await provider.plannedId?.(before.urn, before.type, before.inputs);
  const intended: ResourceState = planned === undefined ? { ...made, outputs: {} } : { ...made, id: planned, outputs: {} };
  const { id, outputs } = await begun(run, "creating", intended, () => provider.create(before.urn, before.inputs, false, before.customTimeouts));
  const now = new Date().toISOString();
  settle(run, waiting, { ...made, id, outputs, created: now, modified: now });
}

function isManaged(state: ResourceState): boolean {
  return state.custom && !isProviderType(state.type) && state.external !== true;
}
