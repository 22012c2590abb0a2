import { isDeepStrictEqual } from "node:util";
import type { Properties, Value } from "./types.ts";

/** Key that marks an object as something else than a map. These constants are Pulumi's protocol. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
/** Stands for a value that is not known before the resource exists. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

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

/** Rebuilds a value bottom up; `change` sees each map before its members and may replace it whole. */
function rebuild(value: Value, change: (map: ValueMap) => Value | undefined): Value {
  if (Array.isArray(value)) return value.map((element: Value) => rebuild(element, change));
  if (!isMap(value)) return value;
  const replaced = change(value);
  if (replaced !== undefined) return replaced;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rebuild(member, change)]));
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
  if (Array.isArray(value)) return value.some((element: Value) => some(element, test));
  return isMap(value) && Object.values(value).some((member) => some(member, test));
}

export function hasUnknown(value: Value): boolean {
  return some(value, (part) => part === unknownValue);
}

export function hasSecret(value: Value): boolean {
  return some(value, isSecret);
}

export function hasAsset(value: Value): boolean {
  return some(value, (part) => isMap(part) && (part[signatureKey] === assetSignature || part[signatureKey] === archiveSignature));
}

export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  return isDeepStrictEqual(left, right);
}

/**
 * Outputs of a provider that knows no secrets, with those marked whose input of the same name holds one, and those named.
 */
export function markSecrets(outputs: Properties, inputs: Properties | undefined, named: readonly string[]): Properties {
  const marked: Record<string, Value> = { ...outputs };
  for (const [key, value] of Object.entries(outputs)) {
    const input = inputs?.[key];
    if (named.includes(key) || (input !== undefined && hasSecret(input) && !hasSecret(value))) marked[key] = asSecret(value);
  }
  return marked;
}
