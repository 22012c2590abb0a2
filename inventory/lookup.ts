/** Entries by their names: a province may have thousands of each, and none is looked for through all others. */

const indexes = new WeakMap<readonly object[], Map<string, ReadonlyMap<unknown, object>>>();

/** The first entry of a list whose `key` is `value`, as `list.find` gives it. A list is gone through once a key; it must not change afterwards. */
export function findBy<T extends object, K extends keyof T & string>(list: readonly T[], key: K, value: T[K] | undefined): T | undefined {
  let byKey = indexes.get(list);
  if (byKey === undefined) indexes.set(list, (byKey = new Map()));
  let index = byKey.get(key);
  // Of several the first counts: others are reported as doubles.
  if (index === undefined) byKey.set(key, (index = new Map(list.toReversed().map((entry) => [entry[key], entry]))));
  return value === undefined ? undefined : (index.get(value) as T | undefined);
}
