import type { Properties, Value } from "./types.ts";

/** Go durations (`10m`, `1h30m`); empty or absent: the provider's own. */
export interface CustomTimeouts {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly read?: string;
}

/** One resource as the state remembers it: Pulumi's resource record, version 3. Never changed in place. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  /** False for components, which no provider stands behind. */
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly parent?: string;
  /** `<provider URN>::<provider id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deletedWith?: string;
  /** URNs of resources whose replacement replaces this one, too. */
  readonly replaceWith?: readonly string[];
  /** A value whose change replaces the resource. */
  readonly replacementTrigger?: Value;
  /** The id under which it was imported, where the program names one. */
  readonly importID?: string;
  /** Only read, never managed. */
  readonly external?: boolean;
  /** Replaced by another resource of the same URN; still to be deleted. */
  readonly delete?: boolean;
  /** Deleted ahead of its replacement, which does not exist yet. */
  readonly pendingReplacement?: boolean;
  /** It was created but did not come up; the next update tries again. */
  readonly initErrors?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
  readonly customTimeouts?: CustomTimeouts;
  readonly ignoreChanges?: readonly string[];
  readonly replaceOnChanges?: readonly string[];
  /** ISO 8601. */
  readonly created?: string;
  readonly modified?: string;
}

/** The URNs that a resource needs: they exist before it and are deleted after it. */
export function neededBy(state: Pick<ResourceState, "parent" | "provider" | "dependencies" | "propertyDependencies" | "deletedWith" | "replaceWith">): Set<string> {
  const needed = new Set<string>(state.dependencies ?? []);
  for (const urns of Object.values(state.propertyDependencies ?? {})) for (const urn of urns) needed.add(urn);
  for (const urn of state.replaceWith ?? []) needed.add(urn);
  if (state.parent !== undefined) needed.add(state.parent);
  if (state.deletedWith !== undefined) needed.add(state.deletedWith);
  if (state.provider !== undefined) needed.add(state.provider.slice(0, state.provider.lastIndexOf("::")));
  return needed;
}
