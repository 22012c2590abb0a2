import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { destroy, readStack, removeStack } from "./index.ts";
import { TestProject } from "./testing.ts";
import type { StepEvent } from "./types.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const chain = `const a = new File("a"); const b = new File("b", { content: pulumi.interpolate\`\${a.size}\` }); export const size = b.size;`;

function steps(kind: StepEvent["kind"]): string[] {
  return project.events.flatMap((event) => (event.kind === kind && event.type === "files:index:File" ? [`${event.op} ${event.name}`] : []));
}

test("a stack is made, kept, changed, replaced and taken away", async () => {
  await project.program(chain);
  const made = await project.up();
  expect(made.succeeded, TestProject.why(made)).toBe(true);
  expect(made.counts).toEqual({ create: 3, update: 0, replace: 0, delete: 0, same: 0, read: 0, import: 0 });
  expect(made.outputs).toEqual({ size: 1 });
  expect(await project.made()).toEqual(["a", "b"]);

  const before = await project.state();
  await project.calls();
  const kept = await project.up();
  expect(kept.changed).toBe(false);
  expect(kept.counts.same).toBe(3);
  expect(await project.state()).toBe(before);
  expect((await project.calls()).filter((call) => !/^(check|diff)/.test(call))).toEqual([]);

  await project.program(chain.replace(`File("a")`, `File("a", { content: "a\\nlonger\\ntext" })`));
  const changed = await project.up();
  expect(changed.counts).toMatchObject({ update: 2, same: 1 });
  expect(await readFile(join(project.files, "b"), "utf8")).toBe("13");
  const update = project.events.find((event) => event.kind === "start" && event.op === "update" && event.name === "a") as StepEvent;
  expect(update.diff).toEqual([
    {
      path: "content",
      kind: "update",
      old: "a",
      new: "a\nlonger\ntext",
      hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 3, lines: ["-a", "\\ No newline at end of file", "+a", "+longer", "+text", "\\ No newline at end of file"] }],
      replaces: false,
    },
  ]);

  await project.program(chain.replace(`File("a")`, `File("a", { path: dir + "/c" })`));
  await project.calls();
  const replaced = await project.up();
  expect(replaced.counts).toMatchObject({ replace: 1, update: 1 });
  const calls = (await project.calls()).filter((call) => !/^(check|diff)/.test(call));
  expect(calls).toEqual(["create a", "update b", "delete a"]);
  expect(await project.made()).toEqual(["b", "c"]);

  await project.program(`const a = new File("a", { path: dir + "/c" });`);
  const shrunk = await project.up();
  expect(shrunk.counts).toMatchObject({ delete: 1, same: 2 });
  expect(shrunk.outputs).toEqual({});
  expect(await project.made()).toEqual(["c"]);

  const destroyed = await destroy(project.options());
  expect(destroyed.succeeded, TestProject.why(destroyed)).toBe(true);
  expect(await project.made()).toEqual([]);
  expect((await readStack(project.options()))?.resources).toEqual([]);

  await removeStack(project.options());
  expect(await readStack(project.options())).toBeUndefined();
});

test("a preview tells everything and changes nothing", async () => {
  await project.program(chain);
  await project.preview();
  expect(await project.made()).toEqual([]);
  expect((await readdir(project.root)).sort()).toEqual(["Pulumi.yaml", "calls", "files", "node_modules", "package.json", "program"]);
  expect(steps("plan")).toEqual(["create a", "create b"]);

  await project.up();
  const before = await project.state();
  const listing = await readdir(join(project.root, ".pulumi"), { recursive: true });
  await project.program(`new File("a", { path: dir + "/elsewhere" }); new File("c");`);
  project.events.length = 0;
  const result = await project.preview();
  expect(result.counts).toMatchObject({ replace: 1, create: 1, delete: 1 });
  expect(steps("plan").sort()).toEqual(["create c", "delete a", "delete b", "replace a"]);
  expect(await project.state()).toBe(before);
  expect(await readdir(join(project.root, ".pulumi"), { recursive: true })).toEqual(listing);
  expect(await project.made()).toEqual(["a", "b"]);
});

test("what must go first goes first: with deleteBeforeReplace, dependents that are replaced too", async () => {
  const program = (path: string): string =>
    `const a = new File("a", { path: dir + "/${path}", deleteFirst: true }); new File("b", { path: pulumi.interpolate\`\${a.content}\`.apply(() => a.id).apply((id) => id + "-b") }); new File("c", { content: a.id });`;
  await project.program(program("one"));
  await project.up();
  await project.calls();
  await project.program(program("two"));
  const result = await project.up();
  expect(result.succeeded, TestProject.why(result)).toBe(true);
  expect(result.counts).toMatchObject({ replace: 2, update: 1, same: 1, delete: 0 });
  const calls = (await project.calls()).filter((call) => !/^(check|diff)/.test(call));
  expect(calls.slice(0, 3)).toEqual(["delete b", "delete a", "create a"]);
  expect(calls.slice(3).sort()).toEqual(["create b", "update c"]);
  expect(await project.made()).toEqual(["c", "two", "two-b"]);
  expect(await project.state()).not.toContain("pendingReplacement");
});

test("components have children, outputs and protect; protected resources stay", async () => {
  await project.program(`
class Pair extends pulumi.ComponentResource {
  constructor(name: string) {
    super("trial:index:Pair", name);
    const one = new File(name + "-1", {}, { parent: this });
    new File(name + "-2", {}, { parent: this, dependsOn: one, protect: true });
    this.registerOutputs({ size: one.size });
  }
}
new Pair("p");`);
  await project.up();
  const stack = await readStack(project.options());
  const pair = stack?.resources.find((state) => state.type === "trial:index:Pair");
  expect(pair).toMatchObject({ custom: false, outputs: { size: 3 } });
  expect(stack?.resources.map((state) => state.urn)).toContain("urn:pulumi:test::trial::trial:index:Pair$files:index:File::p-2");

  await project.program("");
  const result = await project.up();
  expect(result.succeeded).toBe(false);
  expect(result.failed).toEqual([
    { urn: "urn:pulumi:test::trial::trial:index:Pair$files:index:File::p-2", error: "it is protected; take protect away first, in the program, with an update" },
  ]);
  expect(await project.made()).toEqual(["p-1", "p-2"]);
});

test("a refresh finds what vanished and what was changed by hand", async () => {
  await project.program(chain);
  await project.up();
  await rm(join(project.files, "b"));
  await writeFile(join(project.files, "a"), "by hand");
  expect((await project.up()).changed).toBe(false);
  const preview = await project.preview({ refresh: true });
  expect(preview.counts).toMatchObject({ create: 1, update: 1 });
  const result = await project.up({ refresh: true });
  expect(result.counts).toMatchObject({ create: 1, update: 1, same: 1 });
  expect(project.events.filter((event) => event.kind === "drift").map((event) => `${event.name} ${event.gone}`)).toContain("b true");
  expect(await readFile(join(project.files, "a"), "utf8")).toBe("a");
  expect(await project.made()).toEqual(["a", "b"]);
});

test("ignoreChanges, replaceOnChanges, retainOnDelete and invokes do what they say", async () => {
  await project.program(`new File("a"); new File("b"); new File("c", {}, { retainOnDelete: true });
export const shout = pulumi.runtime.invokeOutput?.("files:index:shout", { text: "hey" }) ?? pulumi.output(pulumi.runtime.invoke("files:index:shout", { text: "hey" }));`);
  const made = await project.up();
  expect(made.outputs, TestProject.why(made)).toEqual({ shout: { upper: "HEY" } });
  await project.program(`new File("a", { content: "new" }, { ignoreChanges: ["content"] }); new File("b", { content: "new" }, { replaceOnChanges: ["content"] });`);
  const result = await project.up();
  expect(result.counts).toMatchObject({ replace: 1, delete: 1 });
  expect(await readFile(join(project.files, "a"), "utf8")).toBe("a");
  expect(await project.made()).toContain("c");
});
