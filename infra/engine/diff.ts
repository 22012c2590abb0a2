import { structuredPatch } from "diff";
import { type PropertyPath, formatPath, touches } from "./propertyPath.ts";
import type { LineHunk, Properties, PropertyChange, Value } from "./types.ts";
import { assetSignature, hasSecret, isAsset, isMap, isSecret, isUnknown, sameValue, signatureKey } from "./values.ts";

export const secretMask = "[secret]";
export const unknownMask = "[unknown]";

export interface RawChange {
  readonly path: PropertyPath;
  readonly old: Value | undefined;
  readonly new: Value | undefined;
}

/** Every leaf that differs between two values; a secret or marked object is one leaf. */
export function rawChanges(old: Value | undefined, next: Value | undefined, path: PropertyPath = []): RawChange[] {
  if (sameValue(old, next)) return [];
  if (isPlainMap(old) && isPlainMap(next)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
    return keys.flatMap((key) => rawChanges(old[key], next[key], [...path, key]));
  }
  if (Array.isArray(old) && Array.isArray(next)) {
    const length = Math.max(old.length, next.length);
    return Array.from({ length }).flatMap((_, index) => rawChanges(old[index], next[index], [...path, index]));
  }
  return [{ path, old, new: next }];
}

function isPlainMap(value: Value | undefined): value is { readonly [key: string]: Value } {
  return isMap(value) && value[signatureKey] === undefined;
}

/** What people may see of a value. */
export function mask(value: Value): Value {
  if (isSecret(value)) return secretMask;
  if (isUnknown(value)) return unknownMask;
  if (isAsset(value)) return nameOfAsset(value as { readonly [key: string]: Value });
  if (Array.isArray(value)) return value.map(mask);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mask(member)]));
  return value;
}

/** `asset motd (sha256 1f2e3d4c5b6a)`: what it is called, and enough of its hash to tell it from another. */
function nameOfAsset(value: { readonly [key: string]: Value }): string {
  const kind = value[signatureKey] === assetSignature ? "asset" : "archive";
  const name = value["path"] ?? value["uri"] ?? ("text" in value ? "text" : "of assets");
  const hash = value["hash"];
  return `${kind} ${String(name)}${typeof hash === "string" ? ` (sha256 ${hash.slice(0, 12)})` : ""}`;
}

/** Unified diff hunks of two texts, three lines of context. */
export function lineHunks(old: string, next: string): LineHunk[] {
  return structuredPatch("", "", old, next, "", "", { context: 3 }).hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    oldStart,
    oldLines,
    newStart,
    newLines,
    lines,
  }));
}

/**
 * The changes from old to new properties as people may see them.
 * `replacing` names the paths (or first keys) that force a replacement, `hidden` those not to be shown.
 */
export function describeChanges(
  old: Properties,
  next: Properties,
  options: { replacing?: readonly string[]; hidden?: readonly string[] } = {},
): PropertyChange[] {
  return rawChanges(old, next)
    .filter((change) => !touches(change.path, options.hidden ?? []))
    .map((change) => describe(change, touches(change.path, options.replacing ?? [])));
}

function describe(change: RawChange, replaces: boolean): PropertyChange {
  const { old, new: next } = change;
  const secret = (old !== undefined && hasSecret(old)) || (next !== undefined && hasSecret(next));
  const hide = (value: Value): Value => (secret && !isMap(value) ? secretMask : mask(value));
  const texts = typeof old === "string" && typeof next === "string" && !isUnknown(next) && !secret;
  return {
    path: formatPath(change.path),
    kind: old === undefined ? "add" : next === undefined ? "delete" : "update",
    ...(old === undefined ? {} : { old: hide(old) }),
    ...(next === undefined ? {} : { new: hide(next) }),
    ...(texts && (old.includes("\n") || next.includes("\n")) ? { hunks: lineHunks(old, next) } : {}),
    replaces,
  };
}
