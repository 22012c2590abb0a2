import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { destroy, readStack } from "./index.ts";
import { TestProject } from "./testing.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
});
afterEach(() => project.remove());

const urn = (name: string): string => `urn:pulumi:test::trial::files:index:File::${name}`;

test("a failure stops only what needs it, deletes nothing, and the next up finishes the job", async () => {
  await project.program(`new File("old");`);
  await project.up();
  const program = (content: string): string => `
const a = new File("a", { content: "${content}" });
const b = new File("b", { content: pulumi.interpolate\`\${a.size}\` });
new File("c", {}, { dependsOn: b });
new File("d");
export const size = a.size;`;
  await project.program(program("FAIL"));
  const failed = await project.up();
  expect(failed.succeeded).toBe(false);
  expect(failed.failed).toEqual([{ urn: urn("a"), error: `cannot write ${project.files}/a` }]);
  expect(failed.skipped).toEqual([
    { urn: urn("b"), because: urn("a") },
    { urn: urn("c"), because: urn("b") },
  ]);
  expect(failed.errors).toEqual([]);
  expect(await project.made()).toEqual(["d", "old"]);

  await project.program(program("fine"));
  const done = await project.up();
  expect(done.succeeded, TestProject.why(done)).toBe(true);
  expect(done.counts).toMatchObject({ create: 3, delete: 1, same: 2 });
  expect(await project.made()).toEqual(["a", "b", "c", "d"]);
  expect(done.outputs).toEqual({ size: 4 });
});

test("a program that leaves early deletes nothing", async () => {
  await project.program(`new File("a"); new File("b");`);
  await project.up();
  await project.program(`process.exit(0);`);
  const result = await project.up();
  expect(result.errors).toEqual(["the program ended before it had registered everything (process.exit?); nothing was deleted"]);
  expect(await project.made()).toEqual(["a", "b"]);
});

test.each([
  ["remote components", `new pulumi.ComponentResource("files:index:R", "r", {}, {}, true);`, "urn:pulumi:test::trial::files:index:R::r: a remote component is not supported by the embedded engine"],
  ["unknown packages", `new pulumi.CustomResource("nowhere:index:X", "x", {});`, `there is no provider for the package "nowhere"`],
  ["bad inputs", `new File("a", { path: "" });`, "path: must not be empty"],
  ["names used twice", `new File("a"); new File("a", { path: dir + "/b" });`, `${urn("a")}: two resources of one type have this name`],
])("refuses %s by name", async (_what, body, message) => {
  await project.program(body);
  const result = await project.up();
  expect(result.succeeded).toBe(false);
  expect([...result.errors, ...result.failed.map(({ error }) => error)]).toContain(message);
  expect((await project.made()).filter((name) => name !== "a")).toEqual([]);
});

test.each([
  ["transforms", `new File("a", {}, { transforms: [(args) => undefined] });`, /does not support transforms/],
  ["hooks", `new File("a", {}, { hooks: { beforeCreate: [async () => {}] } });`, /does not support resource hooks/],
])("leaves %s to the SDK to refuse", async (_what, body, message) => {
  await project.program(body);
  const result = await project.up();
  expect(result.succeeded).toBe(false);
  expect(result.errors.join()).toMatch(message);
  expect(await project.made()).toEqual([]);
});

test("a provider that dies is named, and the rest of the state is saved", async () => {
  await project.program(`const a = new File("a"); new File("b", { content: a.size.apply(() => "DIE") });`);
  const result = await project.up();
  expect(result.failed).toEqual([{ urn: urn("b"), error: "the provider files ended unexpectedly (exit code 3)" }]);
  expect(await project.state()).toContain(`"${urn("a")}"`);
  // Nobody knows how far it came: the next update looks.
  expect(await project.state()).toContain(`"type": "creating"`);
  await writeFile(join(project.files, "b"), "half");
  await project.program(`const a = new File("a"); new File("b", { content: pulumi.interpolate\`${"$"}{a.size}\` });`);
  await project.calls();
  const done = await project.up();
  expect(done.succeeded, TestProject.why(done)).toBe(true);
  expect((await project.calls()).filter((call) => !/^(check|diff)/.test(call))).toEqual(["read b", "update b"]);
  expect(await readFile(join(project.files, "b"), "utf8")).toBe("1");
  expect(await project.state()).not.toContain("pending_operations");
});

test("a second up is refused, naming the first; a dead one's lock is taken over", async () => {
  await project.program(`new File("a", { delayMilliseconds: 1500 });`);
  const first = project.up();
  while (!project.events.some((event) => event.kind === "start")) await sleep(20);
  const begun = Date.now();
  await expect(project.up()).rejects.toThrow(`stack test is being changed by process ${process.pid} of `);
  expect(Date.now() - begun).toBeLessThan(1000);
  expect((await first).succeeded).toBe(true);

  const locks = join(project.root, ".pulumi/locks/organization/trial/test");
  expect(await readdir(locks)).toEqual([]);
  const dead = spawn("true");
  await once(dead, "exit");
  const { hostname } = await import("node:os");
  await writeFile(join(locks, "old.json"), JSON.stringify({ pid: dead.pid, username: "root", hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" }));
  expect((await project.up()).succeeded).toBe(true);
  expect(await readdir(locks)).toEqual([]);
});

test("an abort lets running operations finish, and the next up converges", async () => {
  await project.program(`for (let i = 0; i < 6; i++) new File("f" + i, { delayMilliseconds: 700 });`);
  const controller = new AbortController();
  const running = project.up({ parallel: 2, signal: controller.signal });
  while (!project.events.some((event) => event.kind === "start" && event.type === "files:index:File")) await sleep(20);
  await sleep(200);
  controller.abort();
  const aborted = await running;
  expect(aborted).toMatchObject({ succeeded: false, aborted: true, failed: [] });
  const made = await project.made();
  expect(made.length).toBe(2);
  expect(aborted.remaining.length).toBe(4);
  for (const name of made) expect(await project.state()).toContain(`"${urn(name)}"`);

  const done = await project.up();
  expect(done.counts).toMatchObject({ create: 4, same: 3 });
  expect(await project.made()).toHaveLength(6);
});

/** Pids of processes whose environment names the project's folder. */
async function processesOf(root: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")).includes(`FILES=${root}/files`) ? [Number(pid)] : [])),
  );
  return found.flat();
}

test("a hanging program is stopped by an abort, and no process stays behind", async () => {
  await project.program(`new File("a"); setInterval(() => {}, 1000); process.on("SIGTERM", () => {});`);
  const controller = new AbortController();
  const running = project.up({ signal: controller.signal });
  while (!project.events.some((event) => event.kind === "done" && event.name === "a")) await sleep(20);
  expect((await processesOf(project.root)).length).toBe(2);
  controller.abort();
  expect((await running).aborted).toBe(true);
  expect(await processesOf(project.root)).toEqual([]);
});

test("an engine killed in the middle leaves a whole state and no process; the next up converges", async () => {
  await project.program(`for (let i = 0; i < 40; i++) new File("f" + i, { delayMilliseconds: 30 * i });`);
  const script = join(project.root, "engine.mts");
  const index = new URL("index.ts", import.meta.url).href;
  const { onEvent: _onEvent, ...options } = project.options();
  await writeFile(script, `import { up } from ${JSON.stringify(index)}; await up(${JSON.stringify(options)});`);
  const engine = spawn(process.execPath, [script], { stdio: "ignore" });
  while ((await project.made().catch(() => [])).length < 8) await sleep(20);
  engine.kill("SIGKILL");
  await once(engine, "exit");
  expect((await readStack(project.options()))!.resources.length).toBeGreaterThan(2);
  const deadline = Date.now() + 5000;
  while ((await processesOf(project.root)).length > 0 && Date.now() < deadline) await sleep(50);
  expect(await processesOf(project.root)).toEqual([]);

  const done = await project.up();
  expect(done.succeeded, TestProject.why(done)).toBe(true);
  expect(await project.made()).toHaveLength(40);
});

test("a delete that fails keeps what it needs, and says so", async () => {
  await project.program(`const a = new File("a"); new File("b", {}, { dependsOn: a, protect: true });`);
  await project.up();
  const result = await destroy(project.options());
  expect(result.succeeded).toBe(false);
  expect(result.failed.map((failed) => failed.urn)).toEqual([urn("b")]);
  expect(result.skipped).toContainEqual({ urn: urn("a"), because: urn("b") });
  expect(await project.made()).toEqual(["a", "b"]);
});
