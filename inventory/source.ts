/**
 * Where a value stands in the YAML, kept beside the values so that the model stays plain data: any later finding (a check,
 * an audit, an alert) can point at the file and line to change.
 */

/** A place in a file. `line` and `column` count from 1. `file` is the inventory's folder as it was given, and the file's name. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Entry {
  readonly at: Source;
  readonly keys: ReadonlyMap<string, Source>;
}

const entries = new WeakMap<object, Entry>();

/** Notes where `value`, and each of its keys (or array indexes), stands. */
export function remember(value: object, at: Source, keys: ReadonlyMap<string, Source> = new Map()): void {
  entries.set(value, { at, keys });
}

/**
 * Lets `derived` stand where `origin` stands (or, with `key`, where that key of it stands). Returns `derived`.
 */
export function derive<T extends object>(derived: T, origin: object, key?: string): T {
  const entry = entries.get(origin);
  if (entry === undefined) throw new Error("derive: the origin was not read from an inventory");
  entries.set(derived, key === undefined ? entry : { at: entry.keys.get(key) ?? entry.at, keys: new Map() });
  return derived;
}

/**
 * Where an object of the model stands, or the given key of it. A key that the YAML does not write (a default, a derived
 * value) stands where its object stands. Throws an Error for an object that did not come from an inventory.
 */
export function sourceOf(value: object, key?: string): Source {
  const entry = entries.get(value);
  if (entry === undefined) throw new Error("sourceOf: the object was not read from an inventory");
  return key === undefined ? entry.at : (entry.keys.get(key) ?? entry.at);
}

/** The places of all objects of `data`, in the order in which a walk meets them. */
export type Places = readonly (readonly [at: Source, keys: ReadonlyMap<string, Source>] | undefined)[];

/** What was remembered of `data` and of everything in it. */
export function placesOf(data: object): Places {
  return objectsOf(data).map((object) => {
    const entry = entries.get(object);
    return entry && [entry.at, entry.keys];
  });
}

/** Remembers for an equal copy of the data what `placesOf` told of it. */
export function rememberPlaces(data: object, places: Places): void {
  objectsOf(data).forEach((object, i) => {
    const place = places[i];
    if (place !== undefined) remember(object, ...place);
  });
}

function objectsOf(data: object): object[] {
  const members = Object.values(data).filter((value): value is object => typeof value === "object" && value !== null);
  return [data, ...members.flatMap(objectsOf)];
}
