import { Failure } from "../../inventory/failure.ts";
import { ReportedError } from "./report.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { type Run, begun, forget, haltReason } from "./run.ts";
import { isProviderType, nameOf } from "./urn.ts";

/**
 * Deletes resources, each after those that need it, as many at once as the run allows. What needs a resource that could
 * not be deleted stays, and is reported as skipped.
 */
export async function removeAll(run: Run, doomed: readonly ResourceState[]): Promise<void> {
  const byUrn = Map.groupBy(doomed, (state) => state.urn);
  /** How many of the doomed still need the resource. */
  const needs = new Map(doomed.map((state) => [state, [...neededBy(state)].flatMap((urn) => byUrn.get(urn) ?? []).filter((needed) => needed !== state)]));
  const needing = new Map<ResourceState, number>(doomed.map((state) => [state, 0]));
  for (const list of needs.values()) for (const needed of list) needing.set(needed, needing.get(needed)! + 1);
  const blocked = new Map<ResourceState, string>();
  const remove = async (state: ResourceState): Promise<void> => {
    const blocker = blocked.get(state);
    let gone = false;
    if (blocker !== undefined) {
      if (isSeen(state)) run.report.skip(state.urn, blocker);
    } else {
      gone = await run.slots.run(() => removeOne(run, state, byUrn));
    }
    const freed: ResourceState[] = [];
    for (const needed of needs.get(state)!) {
      if (!gone && !blocked.has(needed)) blocked.set(needed, state.urn);
      needing.set(needed, needing.get(needed)! - 1);
      if (needing.get(needed) === 0) freed.push(needed);
    }
    await Promise.all(freed.map(remove));
  };
  await Promise.all(doomed.filter((state) => needing.get(state) === 0).map(remove));
}

/** True when the resource is no more. */
async function removeOne(run: Run, state: ResourceState, doomed: ReadonlyMap<string, readonly ResourceState[]>): Promise<boolean> {
  if (haltReason(run) !== undefined) {
    if (isSeen(state)) run.report.remaining.add(state.urn);
    return false;
  }
  const quiet = state.external === true || state.pendingReplacement === true || !isSeen(state);
  const step = { urn: state.urn, op: "delete" as const, diff: [], hidden: quiet, ofReplacement: state.delete === true };
  try {
    await run.report.step(step, async () => {
      // Whether what is replaced was protected was asked when its replacement was decided.
      if (state.protect === true && !quiet && state.delete !== true) throw new Failure("it is protected; take protect away first, in the program, with an update");
      const goesWithAnother = state.deletedWith !== undefined && doomed.has(state.deletedWith);
      if (!run.preview && !goesWithAnother) await deleteResource(run, state);
      forget(run, state);
      if (!quiet) run.done.push({ op: "delete", before: state, after: undefined });
    });
    return true;
  } catch (error) {
    if (error instanceof ReportedError) return false;
    throw error;
  }
}

/** Has the provider delete a resource, where there is something to delete. */
export async function deleteResource(run: Run, state: ResourceState): Promise<void> {
  const isReal = state.custom && !isProviderType(state.type) && state.external !== true && state.pendingReplacement !== true;
  if (!isReal || state.retainOnDelete === true || (state.delete !== true && run.gone.has(state.urn))) return;
  const { provider } = await run.providers.forState(state);
  await begun(run, "deleting", state, () => provider.delete(state));
}

/** False for default providers, which come and go unseen. */
function isSeen(state: ResourceState): boolean {
  return !(isProviderType(state.type) && nameOf(state.urn).name.startsWith("default"));
}
