import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureSecret, readSettings, readStack, setConfig } from "./index.ts";
import { TestProject } from "./testing.ts";

const canary = "canary-4711";
// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

/** Every file of the project that holds the text, but those that the provider was asked to write. */
async function filesWith(text: string): Promise<string[]> {
  const names = await readdir(project.root, { recursive: true });
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith("node_modules") && !name.startsWith("files/"))
      .map(async (name) => {
        const path = join(project.root, name);
        return (await stat(path)).isFile() && (await readFile(path, "utf8")).includes(text) ? [name] : [];
      }),
  );
  return found.flat();
}

test("a secret is nowhere in plain: settings, state, history, events, results", async () => {
  let generated = 0;
  const generate = (): string => {
    generated += 1;
    return canary;
  };
  expect(await ensureSecret(project.options(), "key", generate)).toBe(canary);
  expect(await ensureSecret(project.options(), "key", generate)).toBe(canary);
  expect(generated).toBe(1);
  await project.program(`const key = new pulumi.Config().requireSecret("key");
const a = new File("a", { content: key, nested: { list: [1, key] } });
new File("b", { content: "x" }, { additionalSecretOutputs: ["size"] });
export const out = { deep: [a.content] };`);
  const preview = await project.preview();
  const made = await project.up();
  expect(made.succeeded, TestProject.why(made)).toBe(true);
  expect(await readFile(join(project.files, "a"), "utf8")).toBe(canary);
  expect(await filesWith(canary)).toEqual([]);
  expect(JSON.stringify([project.events, made, preview])).not.toContain(canary);
  expect(made.outputs).toEqual({ out: { deep: ["[secret]"] } });

  const before = await project.state();
  expect((await project.up()).changed).toBe(false);
  expect(await project.state()).toBe(before);

  await project.program(`const key = new pulumi.Config().requireSecret("key");
new File("a", { content: key.apply((text) => text + "!"), nested: { list: [1, key] } });
new File("b", { content: "x" }, { additionalSecretOutputs: ["size"] });`);
  await project.up();
  const ciphertexts = (text: string): string[] => [...text.matchAll(/"ciphertext": "(.*)"/g)].map(([, ciphertext]) => ciphertext!);
  const kept = ciphertexts(await project.state()).filter((ciphertext) => ciphertexts(before).includes(ciphertext));
  // Of a: the nested secret among inputs and outputs; of b: the additional secret output.
  expect(kept).toHaveLength(3);
  expect(await filesWith(canary)).toEqual([]);

  const hidden = await readStack(project.options());
  expect(JSON.stringify(hidden)).not.toContain(canary);
  const shown = await readStack(project.options(), project.passphrase);
  expect(shown?.resources.find((state) => state.urn.endsWith("::a"))?.inputs["content"]).toBe(`${canary}!`);
});

test("a wrong passphrase is one clear line, and nothing is touched", async () => {
  await ensureSecret(project.options(), "key", () => canary);
  await project.program(`new File("a");`);
  await project.up();
  const before = await project.state();
  project.passphrase = "wrong";
  await expect(project.up()).rejects.toThrow(`${project.root}/Pulumi.test.yaml: the passphrase is wrong`);
  await expect(project.preview()).rejects.toThrow("the passphrase is wrong");
  await expect(readSettings(project.options())).rejects.toThrow("the passphrase is wrong");
  expect(await project.state()).toBe(before);
  expect(await readdir(join(project.root, ".pulumi/locks/organization/trial/test"))).toEqual([]);
});

test("settings: plain values, and what the program gets of them", async () => {
  await setConfig(project.options(), "site", "vinh");
  await ensureSecret(project.options(), "other:key", () => "s");
  const settings = await readSettings(project.options());
  expect([...settings]).toEqual([
    ["trial:site", { value: "vinh", secret: false }],
    ["other:key", { value: "s", secret: true }],
  ]);
  await project.program(`export const site = new pulumi.Config().require("site"); export const key = new pulumi.Config("other").require("key");`);
  expect((await project.up()).outputs).toMatchObject({ site: "vinh" });
});

test("a stack reads the outputs of another one, secrets as secrets", async () => {
  project.stack = "base";
  await project.program(`export const plain = "p"; export const hidden = pulumi.secret("${canary}");`);
  await project.up();
  project.stack = "upper";
  await project.program(`const base = new pulumi.StackReference("base");
new File("a", { content: base.requireOutput("plain") });
new File("b", { content: base.requireOutput("hidden") });
export const plain = base.requireOutput("plain");`);
  const preview = await project.preview();
  expect(preview.outputs, TestProject.why(preview)).toEqual({ plain: "p" });
  const result = await project.up();
  expect(result.succeeded, TestProject.why(result)).toBe(true);
  expect(result.counts).toMatchObject({ read: 1, create: 3 });
  expect(await readFile(join(project.files, "b"), "utf8")).toBe(canary);
  expect((await filesWith(canary)).filter((name) => !name.startsWith("program/"))).toEqual([]);
  const before = await project.state();
  await project.up();
  expect(await project.state()).toBe(before);

  await project.program(`new pulumi.StackReference("nowhere");`);
  const missing = await project.up();
  expect(missing.failed.map(({ error }) => error)).toEqual([`the stack "nowhere" that it refers to has no state: bring that stack up first`]);
});
