import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PluginPool } from "./pluginPool.ts";
import { setConfig } from "./settings.ts";
import { TestProject } from "./testing.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const openPool = (): Promise<PluginPool> => PluginPool.open({ error: () => undefined, say: () => undefined });
const pid = async (name: string): Promise<number> => Number(await readFile(join(project.files, name), "utf8"));
const isRunning = (id: number): boolean => {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

/** Brings a stack of its own up that writes the process id of its provider. */
async function providerOf(name: string, plugins?: PluginPool): Promise<number> {
  project.stack = name;
  await project.program(`new File(pulumi.getStack(), { content: "PID" });`);
  const result = await project.up(plugins === undefined ? {} : { plugins });
  expect(result.succeeded, TestProject.why(result)).toBe(true);
  return await pid(name);
}

test("updates that share a pool share a provider, which ends with the pool", async () => {
  const pool = await openPool();
  const first = await providerOf("one", pool);
  expect(await providerOf("two", pool)).toBe(first);
  expect(isRunning(first)).toBe(true);
  await pool[Symbol.asyncDispose]();
  expect(isRunning(first)).toBe(false);
});

test("an update without a pool has a provider of its own, which ends with it", async () => {
  const first = await providerOf("one");
  expect(isRunning(first)).toBe(false);
  expect(await providerOf("two")).not.toBe(first);
});

test("another configuration is another provider, and one that died is replaced", async () => {
  await using pool = await openPool();
  const first = await providerOf("one", pool);
  project.stack = "two";
  await setConfig(project.options(), "files:region", "north");
  const second = await providerOf("two", pool);
  expect(second).not.toBe(first);
  process.kill(first, "SIGKILL");
  await vi.waitFor(() => expect(isRunning(first)).toBe(false));
  const third = await providerOf("three", pool);
  expect([first, second]).not.toContain(third);
});
