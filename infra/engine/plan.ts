import { Failure } from "../../inventory/failure.ts";
import { describeChanges, rawChanges } from "./diff.ts";
import type { Goal } from "./goal.ts";
import { ignoreChanges, touches } from "./propertyPath.ts";
import type { ReadyProvider } from "./providerRegistry.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Operation, Properties, PropertyChange } from "./types.ts";
import { hasUnknown, markSecrets, sameValue } from "./values.ts";

/** What is to be done with a custom resource. */
export interface Plan {
  readonly op: Extract<Operation, "create" | "update" | "replace" | "same">;
  /** As the provider checked them. */
  readonly inputs: Properties;
  readonly diff: readonly PropertyChange[];
  readonly deleteBeforeReplace: boolean;
}

/**
 * Decides what a goal asks for, given what is there. `previous` is the resource as it is; `replacing` tells that it was
 * deleted ahead of its replacement. Throws a one-line error when the provider does not take the inputs.
 */
export async function planResource(
  goal: Goal,
  previous: ResourceState | undefined,
  ready: ReadyProvider,
  situation: { readonly replacing: boolean; readonly preview: boolean; readonly seed: Uint8Array },
): Promise<Plan> {
  const wanted = previous === undefined ? goal.inputs : ignoreChanges(goal.inputs, previous.inputs, goal.ignoreChanges);
  if (!situation.preview && hasUnknown(wanted)) throw new Failure("one of its inputs is still unknown");
  const checked = await ready.provider.check(goal.urn, previous?.inputs ?? {}, wanted, situation.seed);
  if (checked.failures.length > 0) throw new Failure(checked.failures.join("; "));
  const inputs = ready.acceptsSecrets ? checked.inputs : markSecrets(checked.inputs, wanted, []);

  if (previous === undefined) {
    return { op: situation.replacing ? "replace" : "create", inputs, diff: describeChanges({}, inputs, { hidden: goal.hideDiffs }), deleteBeforeReplace: false };
  }
  const providerChanged = previous.provider !== ready.reference && !bothDefault(previous.provider, ready.reference);
  const found = await ready.provider.diff(previous, inputs, goal.ignoreChanges);
  const changes = rawChanges(previous.inputs, inputs);
  const changed = found.changes === "unknown" ? !sameValue(previous.inputs, inputs) : found.changes === "some";
  const replacing = [
    ...found.replaces,
    ...goal.replaceOnChanges.filter((path) => changed && changes.some((change) => touches(change.path, [path]))),
  ];
  const op = providerChanged || replacing.length > 0 ? "replace" : changed || (previous.initErrors ?? []).length > 0 ? "update" : "same";
  if (op === "replace" && (previous.protect === true || goal.protect)) {
    throw new Failure("it is protected and would have to be replaced; take protect away first");
  }
  return {
    op,
    inputs,
    diff: op === "same" ? [] : describe(previous, inputs, replacing, goal.hideDiffs),
    deleteBeforeReplace: goal.deleteBeforeReplace ?? found.deleteBeforeReplace,
  };
}

/** The changed inputs; where only life differs (found by a refresh), the outputs of the same names. */
export function describe(previous: ResourceState, inputs: Properties, replacing: readonly string[], hidden: readonly string[]): PropertyChange[] {
  const options = { replacing, hidden };
  const changes = describeChanges(previous.inputs, inputs, options);
  if (changes.length > 0) return changes;
  const life = Object.fromEntries(Object.keys(inputs).flatMap((key) => (key in previous.outputs ? [[key, previous.outputs[key]!]] : [])));
  return describeChanges(life, Object.fromEntries(Object.keys(life).map((key) => [key, inputs[key]!])), options);
}

/** The default provider of another plugin version does not make a resource another one. */
function bothDefault(left: string | undefined, right: string): boolean {
  const isDefault = (reference: string | undefined): boolean => reference?.split("::").at(-2)?.startsWith("default") === true;
  return isDefault(left) && isDefault(right);
}
