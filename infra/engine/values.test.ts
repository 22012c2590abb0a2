import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeChanges, mask } from "./diff.ts";
import { ignoreChanges } from "./propertyPath.ts";
import { fromStruct, toStruct } from "./rpc.ts";
import type { Properties, Value } from "./types.ts";
import { asSecret, assetSignature, flattenReferences, hasSecret, hasUnknown, isSecret, markSecrets, rebuild, revealSecrets, sameValue, signatureKey, unknownValue } from "./values.ts";

const canary = "canary-4711";
const key = fc.stringMatching(/^[a-z]{1,4}$/);
const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.string({ maxLength: 5 }), fc.constant(null)) as fc.Arbitrary<Value>;
/** Values with secrets and unknowns at any depth. */
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, fc.constant(unknownValue), tie("value").map(asSecret), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true })) as fc.Arbitrary<Value>,
}));
const properties = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Properties>;

/** The value with something in place of one of its leaves. */
function plant(given: Value, what: Value, choose: (length: number) => number): Value {
  if (isSecret(given)) return asSecret(plant((given as { value: Value }).value, what, choose));
  if (Array.isArray(given) && given.length > 0) {
    const index = choose(given.length);
    return (given as readonly Value[]).with(index, plant(given[index] as Value, what, choose));
  }
  if (typeof given === "object" && given !== null && Object.keys(given).length > 0) {
    const name = Object.keys(given)[choose(Object.keys(given).length)]!;
    return { ...given, [name]: plant((given as Record<string, Value>)[name]!, what, choose) };
  }
  return what;
}

test("an unknown and a secret are found wherever they are, and only then", () => {
  fc.assert(
    fc.property(value, fc.nat(), (given, n) => {
      const choose = (length: number): number => n % length;
      expect(hasUnknown(plant(given, unknownValue, choose))).toBe(true);
      expect(hasSecret(plant(given, asSecret("x"), choose))).toBe(true);
      const text = JSON.stringify(given);
      expect(hasUnknown(given)).toBe(text.includes(unknownValue));
      expect(hasSecret(given)).toBe(text.includes(signatureKey));
      expect(hasSecret(revealSecrets(given))).toBe(false);
    }),
  );
});

test("what is secret is shown nowhere, in no nesting, old or new", () => {
  fc.assert(
    fc.property(properties, properties, fc.nat(), (old, next, n) => {
      const hidden = plant(old, asSecret({ deep: [canary] }), (length) => n % length) as Properties;
      if (typeof hidden !== "object" || isSecret(hidden)) return;
      expect(JSON.stringify([mask(hidden), describeChanges(hidden, next), describeChanges(next, hidden)])).not.toContain(canary);
    }),
  );
});

test("a provider that knows no secrets does not make them public", () => {
  fc.assert(
    fc.property(properties, (inputs) => {
      const outputs = revealSecrets(inputs) as Properties;
      const marked = markSecrets(outputs, inputs, []);
      for (const [name, input] of Object.entries(inputs)) expect(isSecret(marked[name])).toBe(hasSecret(input));
      expect(revealSecrets(marked)).toEqual(outputs);
    }),
  );
});

test("values survive the wire, and equality is by value", () => {
  fc.assert(
    fc.property(properties, properties, (one, other) => {
      expect(fromStruct(toStruct(one))).toEqual(one);
      expect(sameValue(one, structuredClone(one))).toBe(true);
      expect(sameValue(one, other)).toBe(isDeepStrictEqual(one, other));
    }),
  );
});

test("a rebuilt value is the same object where nothing changed", () => {
  fc.assert(fc.property(value, (given) => rebuild(given, () => undefined) === given));
  const reference = { [signatureKey]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "u", id: "i" };
  expect(flattenReferences({ a: [reference], b: 1 })).toEqual({ a: ["i"], b: 1 });
});

test("an asset is the same when its content is, wherever it lies", () => {
  const asset = (path: string, hash: string): Properties => ({ file: { [signatureKey]: assetSignature, path, hash } });
  expect(sameValue(asset("a", "1"), asset("b", "1"))).toBe(true);
  expect(sameValue(asset("a", "1"), asset("a", "2"))).toBe(false);
  expect(describeChanges(asset("a", "1"), asset("a", "2"))).toEqual([{ path: "file", kind: "update", old: "asset a (sha256 1)", new: "asset a (sha256 2)", replaces: false }]);
});

test("ignored changes, by Pulumi's rules for wildcards, secrets, and what was added or removed", () => {
  const ignored = (news: Properties, olds: Properties, path: string): readonly [Properties, readonly string[]] => {
    const impossible: string[] = [];
    return [ignoreChanges(news, olds, [path], (told) => impossible.push(told)), impossible];
  };
  expect(ignored({ a: [{ b: 1, c: 1 }, { b: 2 }] }, { a: [{ b: 8 }, { b: 9 }] }, "a[*].b")).toEqual([{ a: [{ b: 8, c: 1 }, { b: 9 }] }, []]);
  expect(ignored({ a: [{ b: 1 }] }, { a: [{ b: 8 }, { b: 9 }] }, "a[*].b")).toEqual([{ a: [{ b: 1 }] }, ["a[*].b"]]);
  expect(ignored({ tags: { x: 1, z: 1 } }, { tags: { x: 2, y: 2 } }, 'tags["*"]')).toEqual([{ tags: { x: 2, y: 2 } }, []]);
  expect(ignored({ a: 1, b: 1 }, { a: 2, c: 2 }, "*")).toEqual([{ a: 2, c: 2 }, []]);
  expect(ignored({ a: { b: "new" } }, { a: asSecret({ b: "old" }) }, "a.b")).toEqual([{ a: { b: asSecret("old") } }, []]);
  expect(ignored({ a: asSecret({ b: "new" }) }, { a: { b: "old" } }, "a.b")).toEqual([{ a: asSecret({ b: "old" }) }, []]);
  expect(ignored({}, { a: { b: 1 } }, "a.b")).toEqual([{}, ["a.b"]]);
});
