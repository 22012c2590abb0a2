import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestProject } from "./testing.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

test("a provider that does not start is named, with its last words", async () => {
  const plugin = join(project.root, "broken");
  await mkdir(plugin);
  await writeFile(join(plugin, "PulumiPlugin.yaml"), "runtime: nodejs\n");
  await writeFile(join(plugin, "index.js"), `console.error("no license"); process.exit(4);`);
  const path = join(project.root, "Pulumi.yaml");
  await writeFile(path, (await readFile(path, "utf8")).replace("providers: [", `providers: [{name: broken, path: ${plugin}}, `));
  await project.program(`new pulumi.CustomResource("broken:index:Thing", "x", {}); new File("a");`);
  const result = await project.up();
  expect(result.failed.map(({ error }) => error)).toEqual(["the provider broken did not start: exit code 4 (no license)"]);
  expect(await project.made()).toEqual(["a"]);
});

test("the program's messages arrive with their severity; an error fails the update", async () => {
  await project.program(`pulumi.log.info("hello"); pulumi.log.warn("careful"); pulumi.log.debug("noise"); console.log("printed"); pulumi.log.error("no good\\nsecond line");`);
  const result = await project.up();
  expect(result.errors).toEqual(["no good"]);
  const said = project.events.flatMap((event) => (event.kind === "diagnostic" ? [`${event.severity} ${event.message}`] : []));
  expect(said.sort()).toEqual(["error no good", "info hello", "info printed", "warning careful"]);
});

test.each([
  [">=3.0.0", true],
  [">=4.0.0", false],
])("a program that wants Pulumi %s: %s", async (range, fits) => {
  await project.program(`await pulumi.requirePulumiVersion(${JSON.stringify(range)});`);
  const result = await project.up();
  expect(result.succeeded, TestProject.why(result)).toBe(fits);
});
