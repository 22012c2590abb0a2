import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readStack } from "./index.ts";
import { TestProject } from "./testing.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const explicit = (region: string): string => `
class Files extends pulumi.ProviderResource {
  constructor(name: string, args: Record<string, unknown>) {
    super("files", name, args);
  }
}
const provider = new Files("mine", { region: "${region}" });
new File("a", {}, { provider });`;

test("an explicit provider is a resource of its own, and is taken away after what it made", async () => {
  await project.program(explicit("north"));
  expect((await project.up()).counts).toMatchObject({ create: 3 });
  const stack = await readStack(project.options());
  const provider = stack?.resources.find((state) => state.type === "pulumi:providers:files");
  expect(provider?.inputs).toEqual({ region: "north" });
  expect(stack?.resources.find((state) => state.urn.endsWith("::a"))?.provider).toBe(`${provider?.urn}::${provider?.id}`);

  await project.program(explicit("south"));
  expect((await project.up()).counts).toMatchObject({ update: 1, same: 2 });
  await project.program("");
  const result = await project.up();
  expect(result.succeeded, TestProject.why(result)).toBe(true);
  expect(result.counts).toMatchObject({ delete: 2, same: 1 });
  expect(await project.made()).toEqual([]);
});

test("dynamic providers work, by the SDK's own server", async () => {
  const program = (text: string): string => `
const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs) { return { id: "one", outs: { text: inputs.text, length: inputs.text.length } }; },
  async update(_id, _olds, news) { return { outs: { text: news.text, length: news.text.length } }; },
};
class Text extends pulumi.dynamic.Resource {
  declare readonly length: pulumi.Output<number>;
  constructor(name: string, text: string) { super(provider, name, { text, length: undefined }); }
}
export const length = new Text("t", ${JSON.stringify(text)}).length;`;
  await project.program(program("three"));
  const made = await project.up();
  expect(made.outputs, TestProject.why(made)).toEqual({ length: 5 });
  expect((await project.up()).changed).toBe(false);
  await project.program(program("four"));
  const updated = await project.up();
  expect(updated.counts).toMatchObject({ update: 1 });
  expect(updated.outputs).toEqual({ length: 4 });
});

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
