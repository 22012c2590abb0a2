import { execFileSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestProject } from "../engine/testing.ts";

// Each update starts the real executor, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

const PROVIDER = fileURLToPath(new URL(".", import.meta.url));
let project: TestProject;
beforeEach(async () => {
  project = await TestProject.create();
  const path = join(project.root, "Pulumi.yaml");
  await writeFile(path, (await readFile(path, "utf8")).replace("providers: [", `providers: [{name: command, path: ${PROVIDER}}, `));
});
afterEach(() => project.remove());

/** A program that uses the package as anybody does. */
async function program(body: string): Promise<void> {
  await project.program(`import { local, remote } from "@pulumi/command"; void remote;\n${body}`);
}

/** What the commands wrote since the last time. */
async function ran(): Promise<string[]> {
  const file = join(project.files, "ran");
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  return text.split("\n").filter((line) => line !== "");
}

const command = (args: string): string => `
const log = (what: string) => \`echo "\${what} $PULUMI_COMMAND_STDOUT" | sed 's/ *$//' >> \${dir}/ran; echo \${what}\`;
const made = new local.Command("made", ${args});
export const stdout = made.stdout;`;

test("a command is created, left alone, updated, replaced and deleted; a preview runs nothing", async () => {
  await program(command(`{ create: log("create"), delete: log("delete"), triggers: [1] }`));
  const first = await project.preview();
  expect(first.counts, TestProject.why(first)).toMatchObject({ create: 2 });
  expect(await ran()).toEqual([]);
  const made = await project.up();
  expect(made.outputs, TestProject.why(made)).toEqual({ stdout: "create" });
  expect(await ran()).toEqual(["create"]);
  expect((await project.up()).changed).toBe(false);

  await program(command(`{ create: log("create"), update: log("update"), delete: log("delete"), triggers: [1] }`));
  expect((await project.preview()).counts).toMatchObject({ update: 1 });
  expect(await ran()).toEqual([]);
  expect((await project.up()).outputs).toEqual({ stdout: "update" });
  expect(await ran()).toEqual(["update create"]);

  await program(command(`{ create: log("again"), update: log("update"), delete: log("delete"), triggers: [2] }`));
  expect((await project.up()).outputs).toEqual({ stdout: "again" });
  expect(await ran()).toEqual(["again", "delete update"]);
  await program(command(`{ create: log("last"), delete: log("delete"), triggers: [3] }, { deleteBeforeReplace: true }`));
  expect((await project.up()).succeeded).toBe(true);
  expect(await ran()).toEqual(["delete again", "last"]);
  await program("");
  expect((await project.up()).counts).toMatchObject({ delete: 1 });
  expect(await ran()).toEqual(["delete last"]);
});

test("secrets are neither in the state nor in what is said; other output is told under its resource", async () => {
  await program(`
const key = pulumi.secret("canary-8");
new local.Command("quiet", { create: 'echo "$KEY"; echo "$KEY" >&2', environment: { KEY: key } });
new local.Command("loud", { create: "echo heard" });
new local.Command("broken", { create: 'echo "no $KEY" >&2; exit 9', environment: { KEY: key } });
export const shown = local.runOutput({ command: "echo run" }).stdout;`);
  const result = await project.up();
  expect(result.failed.map(({ error }) => error)).toEqual(["create: exit code 9: no [secret]"]);
  const said = project.events.flatMap((event) => (event.kind === "diagnostic" ? [event.message] : []));
  expect(said.filter((line) => line === "heard" || line === "run").sort()).toEqual(["heard", "run"]);
  expect(JSON.stringify(project.events)).not.toContain("canary-8");
  expect(await project.state()).not.toContain("canary-8");
});

test("bad inputs are refused by name before anything runs", async () => {
  await program(`new local.Command("bad", { create: "true", logging: "loud" as never });`);
  const result = await project.up();
  expect(result.failed.map(({ error }) => error)).toEqual(["logging: is none of stdout, stderr, stdoutAndStderr, none"]);
});

test("a command that takes longer than customTimeouts gives it is ended", async () => {
  const mark = `${60_000 + process.pid % 1_000}`;
  await program(`new local.Command("slow", { create: "sleep ${mark}" }, { customTimeouts: { create: "2s" } });`);
  const result = await project.up();
  expect(result.failed.map(({ error }) => error)).toEqual([expect.stringMatching(/not done after the 2 s that customTimeouts gives it$/)]);
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n")).not.toContain(`sleep ${mark}`);
});
