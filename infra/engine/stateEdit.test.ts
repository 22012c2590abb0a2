import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runTrial, trialUrn, trials } from "./fixtures/trial.ts";
import { type ExportedStack, deleteFromState, exportStack, importStack, listStacks, recoverStack, stackHistory, unprotect } from "./index.ts";
import { findFault } from "./integrity.ts";
import { formatLine } from "./journal.ts";
import { takeLock } from "./lock.ts";
import type { ResourceState } from "./resourceState.ts";

let folder: string;
const options = () => ({ projectDirectory: folder, stateDirectory: folder, stack: "test" });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-edit-"));
  await mkdir(join(folder, "files"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: trial\nruntime: nodejs\nmain: .\nplugins: {providers: [{name: files, path: .}]}\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const statePath = (): string => join(folder, ".pulumi/stacks/trial/test.json");
const resourcesOf = ({ deployment }: ExportedStack): ResourceState[] => (deployment as { resources: ResourceState[] }).resources;

/** The exported stack with resources changed. */
async function edited(change: (resources: ResourceState[]) => unknown[]): Promise<ExportedStack> {
  const exported = await exportStack(options());
  return { ...exported, deployment: { ...exported.deployment, resources: change(resourcesOf(exported)) } };
}

test("export, import, export: the same bytes, secrets encrypted; what was there is kept", async () => {
  await expect(exportStack(options())).rejects.toThrow("stack test has no state");
  await runTrial(folder, trials["after"]!);
  const before = await readFile(statePath(), "utf8");
  const text = JSON.stringify(await exportStack(options()), null, 4);
  expect(text).toContain("ciphertext");
  expect(text).not.toContain("canary");
  await importStack(options(), JSON.parse(text));
  expect(JSON.stringify(await exportStack(options()), null, 4)).toBe(text);
  expect(await readFile(statePath(), "utf8")).toBe(before);
  const backups = join(folder, ".pulumi/backups/trial/test");
  const [backup] = await readdir(backups);
  expect(backup).toMatch(/^test\.\d{19}\.json$/);
  expect(await readFile(join(backups, backup!), "utf8")).toBe(before);
  for (let count = 0; count < 12; count += 1) await importStack(options(), JSON.parse(text));
  expect(await readdir(backups)).toHaveLength(10);
  expect((await runTrial(folder, trials["after"]!)).events.some((event) => event.kind === "start" && event.op !== "same")).toBe(false);
});

test("what cannot be imported is refused, by name, and nothing is touched", async () => {
  await runTrial(folder, trials["after"]!);
  const before = await readFile(statePath(), "utf8");
  const { deployment } = await exportStack(options());
  const refused: [unknown, string][] = [
    ["text", "what is to be imported is not an exported stack"],
    [{ version: 4, deployment }, "what is to be imported has version 4; this engine knows version 3"],
    [{ version: 3, deployment: { ...deployment, secrets_providers: { type: "cloud" } } }, `what is to be imported: its secrets are kept by "cloud"`],
    [await edited((all) => all.filter(({ urn }) => urn !== trialUrn("first"))), `what is to be imported contradicts itself: ${trialUrn("second")}: it needs ${trialUrn("first")}, which is not there`],
    [JSON.parse(JSON.stringify(await exportStack(options())).replaceAll("urn:pulumi:test::", "urn:pulumi:prod::")), ": is not of stack test of project trial"],
  ];
  for (const [document, message] of refused) await expect(importStack(options(), document)).rejects.toThrow(message);
  expect(await readFile(statePath(), "utf8")).toBe(before);
  await importStack(options(), refused[4]![0], { force: true });
  expect(JSON.stringify(await exportStack(options()))).toContain("urn:pulumi:prod::");
});

const base = { type: "a:b:C", custom: true, id: "1", inputs: {}, outputs: {}, provider: "urn:pulumi:s::p::pulumi:providers:a::default::1" };
const provider = { ...base, urn: "urn:pulumi:s::p::pulumi:providers:a::default", type: "pulumi:providers:a", provider: undefined };
const named = (name: string, ...dependencies: string[]): ResourceState => ({ ...base, urn: `urn:pulumi:s::p::a:b:C::${name}`, dependencies: dependencies.map((other) => `urn:pulumi:s::p::a:b:C::${other}`) }) as ResourceState;
const u = (name: string): string => named(name).urn;

test.each([
  ["a good state", [provider, named("a"), named("b", "a"), { ...named("b"), delete: true }], undefined],
  ["no URN", [{ ...provider, urn: "urn:x" }], `resource 1: "urn:x" is not a URN (urn:pulumi:<stack>::<project>::<type>::<name>)`],
  ["two of a kind", [provider, named("a"), named("a")], `${u("a")}: there are two of it, and neither is marked as replaced ("delete": true)`],
  ["a missing dependency", [provider, named("a", "b")], `${u("a")}: it needs ${u("b")}, which is not there`],
  ["a missing parent", [provider, { ...named("a"), parent: u("p") }], `${u("a")}: it needs ${u("p")}, which is not there`],
  ["a missing provider", [named("a")], `${u("a")}: it needs ${provider.urn}, which is not there`],
  ["no provider", [{ ...named("a"), provider: "" }], `${u("a")}: it names no provider`],
  ["the wrong order", [provider, named("b", "a"), named("a")], `${u("b")}: it stands before ${u("a")}, which it needs`],
  ["a cycle", [provider, named("a", "b"), named("b", "c"), named("c", "a")], `${[u("a"), u("b"), u("c"), u("a")].join(" needs ")}: none of them can be first`],
] as [string, ResourceState[], string | undefined][])("of %s it is said what is wrong", (_what, resources, fault) => {
  expect(findFault(resources)).toBe(fault);
});

test("a state that contradicts itself is refused with the way out", async () => {
  await runTrial(folder, trials["after"]!);
  await writeFile(statePath(), (await readFile(statePath(), "utf8")).replaceAll(`File::first"`, `File::gone"`).replace(`File::gone"`, `File::first"`));
  await expect(runTrial(folder, trials["after"]!)).rejects.toMatchObject({
    message: expect.stringContaining(`${statePath()}: urn:pulumi:test::trial::files:index:File::`),
    advice: expect.stringContaining("./egov stack export, correct it, ./egov stack import"),
  });
});

test("protection is taken, and resources are forgotten with what needs them", async () => {
  await runTrial(folder, trials["after"]!);
  await importStack(options(), await edited((all) => all.map((state) => (state.urn === trialUrn("first") ? { ...state, protect: true } : state))));
  const [first, second, changed] = ["first", "second", "changed"].map(trialUrn) as [string, string, string];
  await expect(deleteFromState(options(), ["first"])).rejects.toMatchObject({ message: "first: there is no such resource in the state", advice: `did you mean ${first}?` });
  await expect(deleteFromState(options(), [second])).rejects.toThrow(`${second}: ${changed} needs it`);
  await expect(deleteFromState(options(), [first], { targetDependents: true })).rejects.toThrow(`${first}: it is protected`);
  expect(await unprotect(options(), "all")).toEqual([first]);
  expect(await unprotect(options(), [first])).toEqual([]);
  expect(await deleteFromState(options(), [first], { targetDependents: true })).toEqual([first, second, changed]);
  const left = resourcesOf(await exportStack(options())).map(({ urn }) => urn);
  expect(left).not.toContain(second);
  expect(findFault(resourcesOf(await exportStack(options())))).toBeUndefined();
  expect(await readdir(join(folder, "files"))).toContain("first");
});

test("a journal that a crash left is in every reading, and goes into the checkpoint on demand", async () => {
  await runTrial(folder, trials["before"]!);
  expect(await recoverStack(options())).toBe(false);
  const checkpoint = createHash("sha256").update(await readFile(statePath())).digest("hex");
  const journal = join(folder, ".pulumi/journals/trial/test.journal");
  await mkdir(join(folder, ".pulumi/journals/trial"), { recursive: true });
  const salt = /salt": "(.*)"/.exec(await readFile(statePath(), "utf8"))![1];
  const slot = resourcesOf(await exportStack(options())).findIndex(({ urn }) => urn === trialUrn("dropped"));
  const base = { op: "base", checkpoint, settled: 0, calls: [], salt };
  const begin = { op: "begin", call: 0, type: "deleting", resource: { ...named("x"), urn: trialUrn("x") } };
  await writeFile(journal, formatLine([base, { op: "remove", slot }, begin].map((entry) => JSON.stringify(entry))));
  expect(await listStacks({ projectDirectory: folder, stateDirectory: folder })).toEqual([{ name: "test", resources: 6, updatedAt: expect.stringMatching(/^20/), pending: 1 }]);
  expect(await recoverStack(options())).toBe(true);
  expect(await readdir(join(folder, ".pulumi/journals/trial"))).toEqual([]);
  const text = await readFile(statePath(), "utf8");
  expect(text).not.toContain(trialUrn("dropped"));
  expect(text).toContain(`"type": "deleting"`);
});

test("the history is told newest first", async () => {
  expect(await stackHistory(options())).toEqual([]);
  const directory = join(folder, ".pulumi/history/trial/test");
  await mkdir(directory, { recursive: true });
  for (const at of [1, 2]) await writeFile(join(directory, `test-${at}.history.json`), JSON.stringify({ kind: "update", startTime: at }));
  expect((await stackHistory(options())).map(({ startTime }) => startTime)).toEqual([2, 1]);
  await writeFile(join(directory, "test-3.history.json"), "{");
  await expect(stackHistory(options())).rejects.toThrow(`${join(directory, "test-3.history.json")}: cannot be read`);
});

test("locks: the CLI's are understood, a dead or torn one is not in the way, and nobody edits under another's", async () => {
  const directory = join(folder, ".pulumi/locks/organization/trial/test");
  await runTrial(folder, trials["before"]!);
  const lock = (content: unknown): Promise<void> => writeFile(join(directory, "cli.json"), typeof content === "string" ? content : JSON.stringify(content));
  const cli = { pid: process.pid, username: "ha", hostname: hostname(), timestamp: new Date().toISOString() };
  await lock(cli);
  await expect(unprotect(options(), "all")).rejects.toThrow(`stack test is being changed by process ${process.pid} of ha on ${hostname()} since ${cli.timestamp}`);
  // The process of that number is younger than the lock: it is another.
  await lock({ ...cli, timestamp: "2020-01-01T00:00:00Z" });
  expect(await unprotect(options(), "all")).toEqual([]);
  await lock({ ...cli, hostname: "elsewhere" });
  await expect(unprotect(options(), "all")).rejects.toMatchObject({ advice: expect.stringContaining(`if that machine is no more, delete ${directory}/cli.json`) });
  for (const torn of ["", `{"pid": 1`, "null", "[]"]) {
    await lock(torn);
    expect(await unprotect(options(), "all")).toEqual([]);
    expect(await readdir(directory)).toEqual(["cli.json"]);
  }
  await utimes(join(directory, "cli.json"), 1, 1);
  await (await takeLock(directory, "test"))();
  expect(await readdir(directory)).toEqual([]);
});
