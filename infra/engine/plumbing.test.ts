/** Order, targets, installed plugins, tar entries. */
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findInstalled } from "./installedPlugins.ts";
import { inOrder, isInOrder } from "./order.ts";
import type { ResourceState } from "./resourceState.ts";
import { tarEnd, tarEntry } from "./tar.ts";
import { Targets } from "./targets.ts";

const state = (urn: string, dependencies: readonly string[] = [], more: Partial<ResourceState> = {}): ResourceState => ({ urn, type: "files:index:File", custom: true, inputs: {}, outputs: {}, dependencies, ...more });

test("what is needed comes first, and a circle is named whole", () => {
  const [a, b, c] = [state("a"), state("b", ["a"]), state("c", ["b"])];
  expect(inOrder([c, a, b])).toEqual([a, b, c]);
  expect([isInOrder([a, b, c]), isInOrder([b, a, c])]).toEqual([true, false]);
  expect(() => inOrder([state("x"), state("a", ["b"]), state("b", [], { parent: "c" }), state("c", [], { deletedWith: "a" })])).toThrow("these resources need each other in a circle: a → b → c → a");
  expect(() => inOrder([state("a", ["a"])])).toThrow("in a circle: a → a");
  // A chain is not a circle, however long.
  const chain = Array.from({ length: 20_000 }, (_, index) => state(String(index), index === 0 ? [] : [String(index - 1)]));
  expect(inOrder(chain.toReversed())).toEqual(chain);
});

test("targets: patterns, dependents, and what must not be torn apart", () => {
  const urn = (name: string): string => `urn:pulumi:s::p::t$files:index:File::${name}`;
  const all = [state(urn("a")), state(urn("b"), [urn("a")]), state(urn("c.d"))];
  const matching = (...targets: string[]): string[] => all.filter((one) => new Targets(targets, false).has(one)).map((one) => one.urn.split("::").at(-1)!);
  expect(matching()).toEqual(["a", "b", "c.d"]);
  expect(matching(urn("a"))).toEqual(["a"]);
  expect(matching("**::c.*")).toEqual(["c.d"]);
  expect(matching("urn:pulumi:*::p::**::b")).toEqual(["b"]);
  expect(matching("urn:pulumi:*::b")).toEqual([]);
  expect(matching("**cxd")).toEqual([]);
  expect(new Targets([urn("a")], true).doomed(all, all)).toEqual(all.slice(0, 2));
  expect(() => new Targets([urn("a")], false).doomed(all, all)).toThrow(`${urn("b")} needs ${urn("a")}, which is to be deleted, and is not among the targets`);
  const missed = new Targets([urn("a"), urn("nowhere")], false);
  for (const one of all) missed.has(one);
  expect(() => missed.requireMatched()).toThrow(`no resource named '${urn("nowhere")}' found`);
});

test("of installed plugins the newest that can stand in is taken; without one, the PATH's", async () => {
  const home = await mkdtemp(join(tmpdir(), "engine-plugins-"));
  try {
    for (const name of ["resource-x-v1.2.0", "resource-x-v1.10.0", "resource-x-v1.10.1-alpha.1", "resource-x-v2.0.0", "resource-xy-v9.0.0", "resource-x-v1.11.0.partial", "resource-x-v3.0.0.lock"]) {
      await mkdir(join(home, "plugins", name), { recursive: true });
    }
    const environment = { PULUMI_HOME: home, PATH: `/nowhere:${home}` };
    const found = async (wanted: string): Promise<unknown> => findInstalled("x", wanted, environment);
    const folder = (version: string): object => ({ folder: join(home, "plugins", `resource-x-v${version}`) });
    expect(await found("")).toEqual(folder("2.0.0"));
    expect(await found("1.3.0")).toEqual(folder("1.10.1-alpha.1"));
    expect(await found("v1.10.0")).toEqual(folder("1.10.1-alpha.1"));
    expect(await found("2.0.1")).toBeUndefined();
    const program = join(home, "pulumi-resource-x");
    await writeFile(program, "");
    expect(await found("2.0.1")).toBeUndefined();
    await chmod(program, 0o755);
    expect(await found("2.0.1")).toEqual({ program });
  } finally {
    await rm(home, { recursive: true });
  }
});

// The hashes are of what Go's archive/tar writes for these names, mode 0600 and the content "hello".
const long = { path: `x/${"d".repeat(60)}/${"f".repeat(80)}`, name: `${"d".repeat(120)}${"f".repeat(180)}.txt` };
test.each([
  ["a.txt", "abe1608443363f153db85c1098d8bff5dd0feb574270b05b451d81bc2807abde"],
  [long.path, "92e72d9b0394d93b476b444ee9f0dc6820e5fcc06a44c11f1549db200b9c323d"],
  [long.name, "ab4ce752d12ec73cf223b28bea1b1dbf88a42d7ab0bc8ab5907e9fc2d256536b"],
  ["thư mục/tệp.txt", "919888e156eb315f814fa22c45cd907ee81810fc71fefd9d2d9e2d8b4f3b83d1"],
  [`sub/${long.name}`, "a25f60dc0397e788faa82fcd57a2b829d17e6913113985dad2679a539aa94fda"],
])("a tar entry is as Go writes it: %s", (name, expected) => {
  const hash = createHash("sha256");
  for (const block of [...tarEntry(name, Buffer.from("hello")), tarEnd]) hash.update(block);
  expect(hash.digest("hex")).toBe(expected);
});
