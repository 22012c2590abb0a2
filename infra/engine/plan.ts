import { Failure } from "../../inventory/failure.ts";
import { describeChanges, rawChanges } from "./diff.ts";
import type { Goal } from "./goal.ts";
import { ignoreChanges, isWithin } from "./propertyPath.ts";
import type { ReadyProvider } from "./providerRegistry.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Operation, Properties, PropertyChange, Value } from "./types.ts";
import { hasUnknown, markSecrets, sameValue } from "./values.ts";

/** What is to be done with a custom resource. */
export interface Plan {
  readonly op: Extract<Operation, "create" | "update" | "replace" | "same">;
  /** As the provider checked them. */
  readonly inputs: Properties;
  readonly diff: readonly PropertyChange[];
  readonly deleteBeforeReplace: boolean;
}

export interface Situation {
  /** It was deleted ahead of its replacement. */
  readonly replacing: boolean;
  readonly preview: boolean;
  /** What a name that the provider makes up comes from. */
  readonly seed: Uint8Array;
  /** A resource whose replacement this one has to go along with. */
  readonly replacedWith: string | undefined;
  /** Tells the user something that is no error. */
  readonly say: (message: string) => void;
}

/**
 * Decides what a goal asks for, given what is there. `previous` is the resource as it is; Throws a one-line error when the provider does not take the inputs.
 */
export async function planResource(
  goal: Goal,
  previous: ResourceState | undefined,
  ready: ReadyProvider,
  situation: Situation,
): Promise<Plan> {
  const untouchable = (path: string): void => situation.say(`cannot ignore changes in added or removed elements of the path: "${path}"`);
  const wanted = previous === undefined ? goal.inputs : ignoreChanges(goal.inputs, previous.inputs, goal.ignoreChanges, untouchable);
  if (!situation.preview && hasUnknown(wanted)) throw new Failure("one of its inputs is still unknown");
  const check = async (olds: Properties, news: Properties): Promise<Properties> => {
    const checked = await ready.provider.check(goal.urn, olds, news, situation.seed);
    if (checked.failures.length > 0) throw new Failure(checked.failures.join("; "));
    return ready.acceptsSecrets ? checked.inputs : markSecrets(checked.inputs, news, []);
  };
  let inputs = await check(previous?.inputs ?? {}, wanted);

  if (previous === undefined) {
    return { op: situation.replacing ? "replace" : "create", inputs, diff: describeChanges({}, inputs, { hidden: goal.hideDiffs }), deleteBeforeReplace: false };
  }
  const found = await ready.provider.diff(previous, inputs, goal.ignoreChanges);
  const changed = found.changes === "unknown" ? !sameValue(previous.inputs, inputs) : found.changes === "some";
  const retry = (previous.initErrors ?? []).length > 0;
  const changes = changed && goal.replaceOnChanges.length > 0 ? rawChanges(previous.inputs, inputs) : [];
  const replacing = [...found.replaces, ...goal.replaceOnChanges.filter((path) => path === "*" ? changed || retry : changes.some((change) => isWithin(change.path, [path])))];
  const mustReplace =
    replacing.length > 0 ||
    situation.replacedWith !== undefined ||
    triggers(goal.replacementTrigger, previous.replacementTrigger) ||
    (previous.provider !== ready.reference && !bothDefault(previous.provider, ready.reference));
  const op = mustReplace ? "replace" : changed || retry ? "update" : "same";
  const diff = op === "same" ? [] : describe(previous, inputs, replacing, goal.hideDiffs);
  if (op === "replace") {
    // As Pulumi: what the same update takes protection from may be replaced by it.
    if (previous.protect === true && goal.protect) throw new Failure("it is protected and would have to be replaced; take protect away first");
    if (goal.importId !== undefined) throw new Failure("it would have to be replaced, and the program still says that it is to be imported; take the option import out");
    // The new one has nothing to do with the old one's defaults.
    inputs = await check({}, goal.inputs);
  }
  return { op, inputs, diff, deleteBeforeReplace: goal.deleteBeforeReplace ?? found.deleteBeforeReplace };
}

/** Whether a trigger calls for a replacement: it is unknown, or was there before and is another now. */
function triggers(next: Value | undefined, old: Value | undefined): boolean {
  if (next !== undefined && hasUnknown(next)) return true;
  return next !== undefined && old !== undefined && next !== null && old !== null && !sameValue(next, old);
}

/** The changed inputs; where only life differs (found by a refresh), the outputs of the same names. */
export function describe(previous: Pick<ResourceState, "inputs" | "outputs">, inputs: Properties, replacing: readonly string[], hidden: readonly string[]): PropertyChange[] {
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
