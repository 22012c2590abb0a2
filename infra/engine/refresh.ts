import { describeChanges } from "./diff.ts";
import type { ProviderRegistry } from "./providerRegistry.ts";
import type { ResourceState } from "./resourceState.ts";
import { type Run, amend } from "./run.ts";
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
    if (run.stopped() !== undefined) return;
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
