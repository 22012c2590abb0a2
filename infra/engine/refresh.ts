import { describeChanges } from "./diff.ts";
import type { ProviderRegistry } from "./providerRegistry.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { type Run, amend, forget, haltReason } from "./run.ts";
import { isProviderType, nameOf } from "./urn.ts";
import { markSecrets } from "./values.ts";

/** True for what a provider can read back. */
export function isReadable(state: ResourceState): boolean {
  return state.custom && !isProviderType(state.type) && state.external !== true && state.delete !== true && state.pendingReplacement !== true;
}

/**
 * Reads a resource and takes what was found into the snapshot; a resource that is gone is noted as
 * such, and stays in the state until the update has dealt with it.
 * One that cannot be read is reported as failed and stays as it was.
 */
export async function refreshResource(run: Run, state: ResourceState, providers: ProviderRegistry): Promise<void> {
  await run.slots.run(async () => {
    if (haltReason(run) !== undefined) {
      run.report.remaining.add(state.urn);
      return;
    }
    try {
      const { provider, acceptsSecrets } = await providers.forState(state);
      const found = await provider.read(state.urn, state.id ?? "", state.outputs, state.inputs, state.customTimeouts);
      if (found === undefined) {
        run.report.emit({ kind: "drift", ...nameOf(state.urn), gone: true, diff: [] });
        run.gone.add(state.urn);
        return;
      }
      const inputs = found.inputs === undefined ? state.inputs : acceptsSecrets ? found.inputs : markSecrets(found.inputs, state.inputs, []);
      const outputs = markSecrets(found.outputs, acceptsSecrets ? undefined : inputs, state.additionalSecretOutputs ?? []);
      const diff = describeChanges(state.outputs, outputs);
      if (diff.length > 0) run.report.emit({ kind: "drift", ...nameOf(state.urn), gone: false, diff });
      amend(run, state, { ...state, id: found.id, inputs, outputs });
    } catch (error) {
      run.report.fail(state.urn, error);
    }
  });
}

/**
 * A refresh by itself: reads the resources and takes what was found into the state, where those that are gone go, with what
 * was said of them. Counted as updates and deletions of the state, where there is a difference.
 */
export async function refreshAll(run: Run, states: readonly ResourceState[]): Promise<void> {
  await Promise.all(states.map((state) => refreshResource(run, state, run.providers)));
  const { counts, drift, failed, remaining } = run.report;
  for (const { gone } of drift) counts[gone ? "delete" : "update"] += 1;
  counts.same += states.length - drift.length - states.filter((state) => failed.has(state.urn) || remaining.has(state.urn)).length;
  for (const state of run.snapshot.untouched) if (run.gone.has(state.urn) && state.delete !== true) forget(run, state);
  if (run.gone.size === 0) return;
  for (const state of run.snapshot.untouched) {
    const kept = without(state, run.gone);
    if (kept !== state) amend(run, state, kept);
  }
}

/** The resource without its references to what is gone; what had one as its parent has none now. */
function without(state: ResourceState, gone: ReadonlySet<string>): ResourceState {
  if (![...neededBy(state)].some((urn) => gone.has(urn))) return state;
  const { parent, deletedWith, replaceWith, dependencies, propertyDependencies, ...others } = state;
  const stay = (urns: readonly string[]): string[] => urns.filter((urn) => !gone.has(urn));
  const properties = Object.entries(propertyDependencies ?? {}).map(([key, urns]) => [key, stay(urns)] as const);
  return {
    ...others,
    ...(parent === undefined || gone.has(parent) ? {} : { parent }),
    ...(deletedWith === undefined || gone.has(deletedWith) ? {} : { deletedWith }),
    ...(replaceWith === undefined ? {} : { replaceWith: stay(replaceWith) }),
    ...(dependencies === undefined || stay(dependencies).length === 0 ? {} : { dependencies: stay(dependencies) }),
    ...(properties.length === 0 ? {} : { propertyDependencies: Object.fromEntries(properties) }),
  };
}
