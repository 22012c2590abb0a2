import type { ProviderRegistry } from "./providerRegistry.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { parseProviderReference } from "./urn.ts";
import type { Properties } from "./types.ts";
import { unknownValue } from "./values.ts";

/**
 * The resources that must be deleted before `root` can be, because its replacement will replace them too: their provider
 * says so when the inputs that come from `root` are unknown. In the order of the state, so dependents come last.
 */
export async function dependentReplacements(root: ResourceState, resources: readonly ResourceState[], providers: ProviderRegistry): Promise<ResourceState[]> {
  const replaced = new Set([root.urn]);
  const found: ResourceState[] = [];
  for (const state of resources) {
    if (state === root || state.delete === true || state.pendingReplacement === true || !state.custom || state.external === true) continue;
    if (![...neededBy(state)].some((urn) => replaced.has(urn))) continue;
    const along = (state.replaceWith ?? []).some((urn) => replaced.has(urn));
    if (!along && !(await isReplaced(state, replaced, providers))) continue;
    replaced.add(state.urn);
    found.push(state);
  }
  return found;
}

async function isReplaced(state: ResourceState, replaced: ReadonlySet<string>, providers: ProviderRegistry): Promise<boolean> {
  if (state.provider === undefined) return false;
  if (replaced.has(parseProviderReference(state.provider).urn)) return true;
  const dependencies = Object.entries(state.propertyDependencies ?? {});
  // Without property dependencies any input may come from any dependency.
  const isConcerned = (key: string): boolean => dependencies.length === 0 || dependencies.some(([name, urns]) => name === key && urns.some((urn) => replaced.has(urn)));
  const keys = Object.keys(state.inputs).filter(isConcerned);
  if (keys.length === 0) return false;
  const inputs: Properties = { ...state.inputs, ...Object.fromEntries(keys.map((key) => [key, unknownValue])) };
  const { provider } = await providers.forState(state);
  const { replaces } = await provider.diff(state, inputs, state.ignoreChanges ?? []);
  return replaces.length > 0;
}
