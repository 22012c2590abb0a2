import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StateCodec, formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
import { createCrypter, openCrypter } from "./crypter.ts";
import { describeChanges } from "./diff.ts";
import { parseDuration } from "./duration.ts";
import { gist } from "./engineService.ts";
import { readProject } from "./project.ts";
import { formatPath, ignoreChanges, parsePath } from "./propertyPath.ts";
import type { ResourceState } from "./resourceState.ts";
import { Slots } from "./slots.ts";
import type { Properties } from "./types.ts";
import { asSecret, revealSecrets, unknownValue } from "./values.ts";
import { satisfies } from "./versionRange.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-units-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("secrets survive their encryption; another passphrase is refused", async () => {
  const crypter = await createCrypter("p");
  const again = await openCrypter("p", crypter.salt, "here");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => again.decrypt(crypter.encrypt(text)) === text));
  expect(crypter.encrypt("x")).toMatch(/^v1:[\w+/=]+:[\w+/=]+$/);
  await expect(openCrypter("q", crypter.salt, "here")).rejects.toThrow("here: the passphrase is wrong");
  await expect(openCrypter("p", "v2:x", "here")).rejects.toThrow("encryptionsalt is not in the form");
});

test("what is written is read back the same, in the same bytes", async () => {
  const crypter = await createCrypter("p");
  const state: ResourceState = { urn: "urn:pulumi:s::p::a:b:C::x", type: "a:b:C", custom: true, id: "1", inputs: { text: 'say "@resources"\n$& $1', key: asSecret([1, "two"]) }, outputs: {} };
  const codec = new StateCodec(crypter);
  const text = [...formatCheckpoint({ stack: "s", project: "p", salt: crypter.salt, pending: [], metadata: { note: "@resources" } }, [codec.encode(state, 4)])].join("");
  expect(text).not.toContain("two");
  const reader = new StateCodec(crypter);
  const [read] = parseCheckpoint(text, "f").resources!.map((stored) => reader.decode(stored));
  expect(read).toEqual(state);
  expect(reader.encode(read!)).toBe(codec.encode(state));
});

test.each([
  ["{", "f: is not JSON"],
  [`{"version": 4}`, "f: is a state of version 4; this engine knows version 3"],
  [`{"version": 3, "checkpoint": {"latest": {"secrets_providers": {"type": "service"}}}}`, `f: its secrets are kept by "service"; this engine knows "passphrase" only`],
])("the state %s is refused", (text, message) => {
  expect(() => parseCheckpoint(text, "f")).toThrow(message);
});

test("property paths are written and read alike", () => {
  const part = fc.oneof(fc.nat(99), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (path) => {
      expect(parsePath(formatPath(path))).toEqual(path);
    }),
  );
  expect(formatPath(["files", "/etc/hosts", "lines", 3])).toBe(`files["/etc/hosts"].lines[3]`);
  expect(parsePath('a[*].b["*"]')).toEqual(["a", "*", "b", "*"]);
  expect(() => parsePath("a[x]")).toThrow(`the property path "a[x]" is not supported`);
});

test("ignored changes stay as they were", () => {
  const olds: Properties = { a: { b: 1, c: [1, 2] }, d: 1 };
  const news: Properties = { a: { b: 2, c: [3, 4], e: 5 }, f: 1 };
  expect(ignoreChanges(news, olds, ["a.b", "a.c[1]", "a.e", "d"])).toEqual({ a: { b: 1, c: [3, 2] }, d: 1, f: 1 });
  expect(ignoreChanges(news, olds, ["*"])).toEqual(olds);
});

test("changes are told by path, without secrets", () => {
  const changes = describeChanges(
    { same: 1, gone: "x", key: asSecret("old"), list: [1, 2], text: "a\nb\n" },
    { same: 1, key: asSecret("new"), list: [1, 3], text: "a\nc\n", late: unknownValue },
    { replacing: ["list"], hidden: ["gone"] },
  );
  expect(changes).toEqual([
    { path: "key", kind: "update", old: "[secret]", new: "[secret]", replaces: false },
    { path: "late", kind: "add", new: "[unknown]", replaces: false },
    { path: "list[1]", kind: "update", old: 2, new: 3, replaces: true },
    { path: "text", kind: "update", old: "a\nb\n", new: "a\nc\n", hunks: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [" a", "-b", "+c"] }], replaces: false },
  ]);
  // A secret that stops being one is not shown either.
  expect(JSON.stringify(describeChanges({ key: asSecret("hush") }, { key: "hush" }))).not.toContain("hush");
  expect(revealSecrets({ a: [asSecret({ b: asSecret("c") })] })).toEqual({ a: [{ b: "c" }] });
});

test("durations and version ranges", () => {
  expect([undefined, "", "30s", "1h30m", "1.5m", "200ms"].map(parseDuration)).toEqual([undefined, undefined, 30, 5400, 90, 0.2]);
  expect(() => parseDuration("soon")).toThrow(`"soon" is not a duration such as 30s, 10m or 1h30m`);
  const ranges: [string, boolean][] = [[">=3.5.0 !3.7.7", true], ["<3.4.0 || >3.8.0", true], ["!3.270.0", false], ["3.270.0", true], [">= 3.271.0", false], ["<4.0.0", true]];
  for (const [range, fits] of ranges) expect([range, satisfies("3.270.0", range)]).toEqual([range, fits]);
  expect(() => satisfies("3.0.0", "^3")).toThrow(`"^3" is not a range of versions`);
});

test("of an error of the program, its line is told", () => {
  expect(gist("Running program '/p' failed with an unhandled exception:\n<ref *1> Error: no site\n    at x")).toBe("Error: no site");
  expect(gist("plain\nmore")).toBe("plain");
});

test("slots let so many work at once, in order", async () => {
  const slots = new Slots(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    [0, 1, 2, 3, 4].map((index) =>
      slots.run(async () => {
        order.push(index);
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
      }),
    ),
  );
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4]]);
});

test.each([
  ["runtime: nodejs", "name is missing"],
  ["name: x\nruntime: python", "runtime is python; this engine runs nodejs only"],
  ["name: x\nruntime: nodejs\nmain: nowhere/", "main names nowhere/, which does not exist"],
  ["name: x\nruntime: nodejs\nplugins: {providers: [{name: y}]}", "each of plugins.providers needs a name and a path"],
  ["name: [", "cannot be read"],
])("the project %j is refused", async (text, message) => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), text);
  await expect(readProject(folder)).rejects.toThrow(`${join(folder, "Pulumi.yaml")}: ${message}`);
  expect(await readFile(join(folder, "Pulumi.yaml"), "utf8")).toBe(text);
});
