import type { Properties, Value } from "./types.ts";

/** Key that marks an object as something else than a map. These constants are Pulumi's protocol. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
export const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
export const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Stands for a value that is not known before the resource exists. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What providers may also say for one: a boolean, a number, a list, an asset, an archive, a map that is not known yet. */
const unknownValues: ReadonlySet<Value> = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

type ValueMap = { readonly [key: string]: Value };

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: Value | undefined): boolean {
  return isMap(value) && value[signatureKey] === secretSignature;
}

/** Wraps a value as a secret; a secret stays as it is. */
export function asSecret(value: Value): Value {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

export function isUnknown(value: Value | undefined): boolean {
  return typeof value === "string" && value.length === unknownValue.length && unknownValues.has(value);
}

/**
 * Rebuilds a value top down: `change` sees each map before its members and may replace it whole. What nothing changed in
 * stays the same object, so that most values cost no copy.
 */
export function rebuild(value: Value, change: (map: ValueMap) => Value | undefined): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const list: readonly Value[] = value;
    const rebuilt = list.map((element) => rebuild(element, change));
    return rebuilt.every((element, index) => element === list[index]) ? value : rebuilt;
  }
  const map = value as ValueMap;
  const replaced = change(map);
  if (replaced !== undefined) return replaced;
  let rebuilt: Record<string, Value> | undefined;
  for (const key of Object.keys(map)) {
    const member = rebuild(map[key]!, change);
    if (member === map[key]) continue;
    rebuilt ??= { ...map };
    rebuilt[key] = member;
  }
  return rebuilt ?? map;
}

/** The plain value, with every secret in it taken out of its wrapping. */
export function revealSecrets(value: Value): Value {
  return rebuild(value, (map) => (isSecret(map) ? revealSecrets(map["value"] ?? null) : undefined));
}

/** For a provider that takes no resource references: a custom resource becomes its id, a component its URN. */
export function flattenReferences(value: Value): Value {
  return rebuild(value, (map) => (map[signatureKey] === resourceSignature ? (map["id"] ?? map["urn"] ?? null) : undefined));
}

/** True when `test` holds for the value or anything in it. */
function some(value: Value, test: (value: Value) => boolean): boolean {
  if (test(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((element: Value) => some(element, test));
  for (const key of Object.keys(value)) if (some((value as ValueMap)[key]!, test)) return true;
  return false;
}

export function hasUnknown(value: Value): boolean {
  return some(value, isUnknown);
}

export function hasSecret(value: Value): boolean {
  return some(value, isSecret);
}

/** True for an asset or an archive, each of which is one value whatever it holds. */
export function isAsset(value: Value | undefined): boolean {
  return isMap(value) && (value[signatureKey] === assetSignature || value[signatureKey] === archiveSignature);
}

export function hasAsset(value: Value): boolean {
  return some(value, isAsset);
}

/** True for an output value, which this engine does not ask for. */
export function hasOutputValue(value: Value): boolean {
  return some(value, (part) => isMap(part) && part[signatureKey] === outputSignature);
}

/** Deep equality. Assets and archives are the same when their contents are, wherever these lie. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return Number.isNaN(left) && Number.isNaN(right);
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((element: Value, index) => sameValue(element, right[index] as Value));
  }
  if (Array.isArray(right)) return false;
  const [one, other] = [left as ValueMap, right as ValueMap];
  if (isAsset(one) && isAsset(other) && one["hash"] !== undefined && other["hash"] !== undefined) {
    return one[signatureKey] === other[signatureKey] && one["hash"] === other["hash"];
  }
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]));
}

/**
 * Outputs of a provider that knows no secrets, with those marked whose input of the same name holds one, and those named.
 */
export function markSecrets(outputs: Properties, inputs: Properties | undefined, named: readonly string[]): Properties {
  let marked: Record<string, Value> | undefined;
  for (const key of Object.keys(outputs)) {
    const [value, input] = [outputs[key]!, inputs?.[key]];
    if (isSecret(value) || !(named.includes(key) || (input !== undefined && hasSecret(input) && !hasSecret(value)))) continue;
    marked ??= { ...outputs };
    marked[key] = asSecret(value);
  }
  return marked ?? outputs;
}
