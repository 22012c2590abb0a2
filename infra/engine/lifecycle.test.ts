import { readFile, readdir } from "node:fs/promises";
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
