import { Failure } from "../../inventory/failure.ts";
import type { Properties, Value } from "./types.ts";
import { isMap } from "./values.ts";

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

/** Reads a path such as `a.b[0]["c"]`. Throws a Failure for anything else, wildcards inside a path included. */
export function parsePath(text: string): PropertyPath {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    const match = /^(?:\.?([^.[\]"*]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\])/.exec(rest);
    if (match === null) throw new Failure(`the property path "${text}" is not supported (only names, ["names"] and [indexes] are)`);
    const [whole, name, index, quoted] = match;
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else path.push(JSON.parse(quoted!) as string);
    rest = rest.slice(whole.length);
  }
  return path;
}

function getPath(value: Value | undefined, path: PropertyPath): Value | undefined {
  let current = value;
  for (const part of path) {
    if (typeof part === "number") current = Array.isArray(current) ? (current as readonly Value[])[part] : undefined;
    else current = isMap(current) ? current[part] : undefined;
  }
  return current;
}

function setPath(value: Value | undefined, path: PropertyPath, wanted: Value | undefined): Value | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return wanted;
  if (typeof part === "number") {
    if (!Array.isArray(value) || part >= value.length) return value;
    const inner = setPath((value as readonly Value[])[part], rest, wanted);
    return inner === undefined ? value : value.with(part, inner);
  }
  if (!isMap(value)) return value;
  const inner = setPath(value[part], rest, wanted);
  const { [part]: _old, ...others } = value;
  return inner === undefined ? others : { ...others, [part]: inner };
}

/** New inputs with each ignored path as it was (`*`: all as they were). */
export function ignoreChanges(news: Properties, olds: Properties, paths: readonly string[]): Properties {
  if (paths.includes("*")) return olds;
  let inputs: Value = news;
  for (const text of paths) {
    const path = parsePath(text);
    inputs = setPath(inputs, path, getPath(olds, path)) ?? {};
  }
  return inputs as Properties;
}

/** True when the path lies at or below one of the named paths, or above one of them. */
export function touches(path: PropertyPath, named: readonly string[]): boolean {
  return named.some((text) => {
    if (text === "*") return true;
    const wanted = parsePath(text);
    const shared = Math.min(path.length, wanted.length);
    return wanted.slice(0, shared).every((part, index) => part === path[index]);
  });
}
