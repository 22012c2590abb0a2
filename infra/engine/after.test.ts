/** A stack that waits for another's update. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestProject } from "./testing.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

test("its program is loaded meanwhile, and touches nothing until it may", async () => {
  await project.program(`console.log("loaded"); new File("a");`);
  const after = Promise.withResolvers<void>();
  const running = project.up({ after: after.promise });
  await vi.waitFor(() => expect(project.events).toContainEqual(expect.objectContaining({ kind: "diagnostic", message: "loaded" })), { timeout: 60_000 });
  // Time enough for what must not happen.
  await sleep(1_000);
  expect(await project.made()).toEqual([]);
  after.resolve();
  const result = await running;
  expect(result.succeeded, TestProject.why(result)).toBe(true);
  expect(await project.made()).toEqual(["a"]);
});

test("what it waits for fails: nothing is touched, nothing is deleted, and it says so", async () => {
  await project.program(`new File("a");`);
  await project.up();
  await project.calls();
  await project.program(`new File("b");`);
  const result = await project.up({ after: Promise.reject(new Error("the other one failed")), refresh: true });
  expect(result.succeeded).toBe(false);
  expect(result.errors).toEqual(["nothing was touched, for what it waits for failed"]);
  expect(await project.made()).toEqual(["a"]);
  expect((await project.calls()).filter((call) => /^(create|update|delete|read)/.test(call))).toEqual([]);
});
