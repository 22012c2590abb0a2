import { Failure } from "../../inventory/failure.ts";
import type { Properties, Value } from "./types.ts";
import { asSecret, isMap, isSecret } from "./values.ts";

/** `*` stands for every element of a list or a map. */
export type PropertyPath = readonly (string | number)[];

/** Writes a path as Pulumi does: `a.b[0]["c d"]`. */
export function formatPath(path: PropertyPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w$@-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** Reads a path such as `a.b[0]["c"]`, `a[*].b` or `tags["*"]`. Throws a Failure for anything else. */
export function parsePath(text: string): PropertyPath {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\])/.exec(rest);
    if (match === null) throw new Failure(`the property path "${text}" is not supported (only names, ["names"], [indexes] and * are)`);
    const [whole, name, index, star, quoted] = match;
    if (index !== undefined) path.push(Number(index));
    else path.push(name ?? star ?? (JSON.parse(quoted!) as string));
    rest = rest.slice(whole.length);
  }
  return path;
}

/** What came of resetting a value: undefined when the path leads to elements that were added or removed. */
type Reset = { readonly value: Value | undefined } | undefined;

/** The new value with what the path names as it was: Pulumi's rules for wildcards, added and removed elements, and secrets. */
function reset(old: Value | undefined, next: Value | undefined, path: PropertyPath, secrets: { readonly old: boolean; readonly next: boolean }): Reset {
  if (isSecret(next)) {
    const inner = reset(old, (next as { value?: Value }).value, path, { ...secrets, next: true });
    return inner === undefined ? undefined : { value: inner.value === undefined ? undefined : asSecret(inner.value) };
  }
  if (isSecret(old)) return reset((old as { value?: Value }).value, next, path, { ...secrets, old: true });
  const [part, ...rest] = path;
  if (part === undefined) return { value: old !== undefined && secrets.old && !secrets.next ? asSecret(old) : old };
  const isLeaf = rest.length === 0;
  if (part === "*") return resetAll(old, next, rest, secrets);
  if (typeof part === "number") {
    if (!Array.isArray(old) || !Array.isArray(next)) return Array.isArray(old) === Array.isArray(next) ? { value: next } : undefined;
    if (part >= old.length && part >= next.length && isLeaf) return { value: next };
    if (part >= old.length || part >= next.length) return undefined;
    const inner = reset(old[part] as Value, next[part] as Value, rest, secrets);
    return inner === undefined ? undefined : { value: (next as readonly Value[]).with(part, inner.value ?? null) };
  }
  if (!isMap(next)) return isLeaf ? (isMap(old) && part in old ? undefined : { value: next }) : isMap(old) ? undefined : { value: next };
  const before = isMap(old) ? old[part] : undefined;
  if (isLeaf) return { value: withMember(next, part, before === undefined ? undefined : secrets.old && !secrets.next ? asSecret(before) : before) };
  if (!isMap(old)) return undefined;
  if (before === undefined && next[part] === undefined) return { value: next };
  if (next[part] === undefined) return undefined;
  const inner = reset(before, next[part], rest, secrets);
  return inner === undefined ? undefined : { value: withMember(next, part, inner.value) };
}

function resetAll(old: Value | undefined, next: Value | undefined, rest: PropertyPath, secrets: { readonly old: boolean; readonly next: boolean }): Reset {
  const isLeaf = rest.length === 0;
  if (Array.isArray(next)) {
    if (!Array.isArray(old)) return isLeaf ? { value: next } : undefined;
    if (old.length !== next.length) return undefined;
    const list: Value[] = [];
    for (const [index, element] of (next as readonly Value[]).entries()) {
      const inner = reset(old[index] as Value, element, rest, secrets);
      if (inner === undefined) return undefined;
      list.push(inner.value ?? null);
    }
    return { value: list };
  }
  if (!isMap(next)) return undefined;
  if (!isMap(old)) return isLeaf ? { value: next } : undefined;
  let map = next;
  if (isLeaf) for (const key of Object.keys(next)) if (!(key in old)) map = withMember(map, key, undefined);
  for (const key of Object.keys(old)) {
    if (!isLeaf && !(key in next)) return undefined;
    const inner = reset(old[key], next[key], rest, secrets);
    if (inner === undefined) return undefined;
    map = withMember(map, key, inner.value);
  }
  return { value: map };
}

function withMember(map: { readonly [key: string]: Value }, key: string, value: Value | undefined): { readonly [key: string]: Value } {
  const { [key]: _old, ...others } = map;
  return value === undefined ? others : { ...map, [key]: value };
}

/**
 * New inputs with each ignored path as it was. `impossible` is told of paths that lead to elements that were added or
 * removed, which no value of before can stand for.
 */
export function ignoreChanges(news: Properties, olds: Properties, paths: readonly string[], impossible: (path: string) => void = () => undefined): Properties {
  let inputs = news;
  for (const text of paths) {
    const result = reset(olds, inputs, parsePath(text), { old: false, next: false });
    if (result === undefined) impossible(text);
    else inputs = (result.value ?? {}) as Properties;
  }
  return inputs;
}

/** True when the path lies at or below one of the named paths. */
export function isWithin(path: PropertyPath, named: readonly string[]): boolean {
  return named.some((text) => {
    const wanted = parsePath(text);
    return wanted.length <= path.length && fits(path, wanted, wanted.length);
  });
}

/** True when the path lies at or below one of the named paths, or above one of them. */
export function touches(path: PropertyPath, named: readonly string[]): boolean {
  return named.some((text) => {
    const wanted = parsePath(text);
    return fits(path, wanted, Math.min(path.length, wanted.length));
  });
}

function fits(path: PropertyPath, wanted: PropertyPath, length: number): boolean {
  return wanted.slice(0, length).every((part, index) => part === "*" || part === path[index]);
}
