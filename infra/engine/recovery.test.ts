import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PendingOperation, PendingType } from "./checkpoint.ts";
import { type TrialFile, type TrialResult, runTrial, trialUrn } from "./fixtures/trial.ts";
import { exportStack, importStack, listStacks } from "./index.ts";
import type { ResourceState } from "./resourceState.ts";

let folder: string;
const options = () => ({ projectDirectory: folder, stateDirectory: folder, stack: "test" });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-recovery-"));
  await mkdir(join(folder, "files"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: trial\nruntime: nodejs\nmain: .\nplugins: {providers: [{name: files, path: .}]}\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (name: string, content = "x"): TrialFile => ({ name, content });

/** Leaves a state as a CLI does that died: with operations of which it does not know the end. */
async function interrupt(...pending: (readonly [PendingType, string, Partial<ResourceState>])[]): Promise<void> {
  const { version, deployment } = (await exportStack(options())) as { version: number; deployment: { resources: ResourceState[] } };
  const operations = pending.map(([type, name, more]): PendingOperation => {
    const known = deployment.resources.find(({ urn }) => urn === trialUrn(name));
    const inputs = { content: "x", path: join(folder, "files", name), deleteFirst: false, foreign: false };
    const provider = deployment.resources.find(({ custom, type: kind }) => custom && kind === "files:index:File")!.provider!;
    return { type, resource: { ...(known ?? { urn: trialUrn(name), type: "files:index:File", custom: true, inputs, outputs: {}, provider }), ...more } };
  });
  await importStack(options(), { version, deployment: { ...deployment, pending_operations: operations } });
  await rm(join(folder, "calls"), { force: true });
}

async function calls(): Promise<string[]> {
  const text = await readFile(join(folder, "calls"), "utf8").catch(() => "");
  await rm(join(folder, "calls"), { force: true });
  return text.split("\n").filter((call) => !/^(check|diff|$)/.test(call));
}

const said = ({ events }: TrialResult): string[] => events.flatMap((event) => (event.kind === "diagnostic" ? [`${event.urn?.split("::").at(-1)}: ${event.message}`] : []));
const pendingNow = async (): Promise<number> => (await listStacks(options()))[0]!.pending;

test("what the CLI was creating is taken over where it exists, and created where it does not", async () => {
  await runTrial(folder, [file("a")]);
  await writeFile(join(folder, "files", "there"), "ha");
  await interrupt(["creating", "there", {}], ["creating", "absent", {}]);
  expect(await pendingNow()).toBe(2);
  const wanted = [file("a"), file("there"), file("absent")];
  const result = await runTrial(folder, wanted);
  expect(result.errors).toEqual([]);
  expect(said(result)).toEqual([
    "there: an earlier update was interrupted while creating it: it exists, and is taken over",
    "absent: an earlier update was interrupted while creating it: it does not exist",
  ]);
  expect((await calls()).sort()).toEqual(["create absent", "read absent", "read there", "update there"]);
  expect(await readFile(join(folder, "files", "there"), "utf8")).toBe("x");
  expect(await pendingNow()).toBe(0);
  expect((await runTrial(folder, wanted)).events.some((event) => event.kind === "start" && event.op !== "same")).toBe(false);
});

test("what exists and is not wanted any more is deleted", async () => {
  await runTrial(folder, [file("a")]);
  await writeFile(join(folder, "files", "there"), "x");
  await interrupt(["creating", "there", {}]);
  expect((await runTrial(folder, [file("a")])).errors).toEqual([]);
  expect(await readdir(join(folder, "files"))).toEqual(["a"]);
});

test("a create whose provider cannot tell ids ahead is warned of and done again", async () => {
  await runTrial(folder, [file("a")]);
  const inputs = { content: "x", path: join(folder, "files", "f-chosen"), foreign: true };
  await interrupt(["creating", "f", { inputs }]);
  const result = await runTrial(folder, [file("a"), { ...file("f"), foreign: true }]);
  expect(said(result)).toEqual(["f: an earlier update was interrupted while creating it, and its provider cannot tell whether it exists: it is created again; look for a second one"]);
  expect(await calls()).toEqual(["create f"]);
});

test("an update is done again, from what is there; a deletion is, too", async () => {
  await runTrial(folder, [file("a"), file("b"), { ...file("user"), needs: ["b"] }, file("c"), file("d")]);
  await rm(join(folder, "files", "b"));
  await rm(join(folder, "files", "c"));
  await interrupt(["updating", "a", {}], ["deleting", "b", {}], ["deleting", "c", {}], ["deleting", "d", {}]);
  const result = await runTrial(folder, [file("a"), file("b"), { ...file("user"), needs: ["b"] }]);
  expect(result.errors).toEqual([]);
  expect(said(result).map((line) => line.replace(/an earlier update was interrupted while /, ""))).toEqual([
    "a: updating it: it is updated again",
    "b: deleting it: it does not exist any more",
    "c: deleting it: it does not exist any more",
    "d: deleting it: it still exists",
  ]);
  expect((await calls()).filter((call) => !call.startsWith("read")).sort()).toEqual(["create b", "delete d", "update a"]);
  expect((await readdir(join(folder, "files"))).sort()).toEqual(["a", "b", "user"]);
});

test("a preview tells, and leaves every byte as it is", async () => {
  await runTrial(folder, [file("a")]);
  await writeFile(join(folder, "files", "there"), "x");
  await interrupt(["creating", "there", {}]);
  const bytes = async (): Promise<string> => {
    const entries = await readdir(join(folder, ".pulumi"), { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return (await Promise.all(paths.map(async (path) => `${path} ${await readFile(path, "utf8")}`))).join("\n");
  };
  const before = await bytes();
  const result = await runTrial(folder, [file("a"), file("there")], "preview");
  expect(said(result)).toEqual(["there: an earlier update was interrupted while creating it: it exists, and is taken over"]);
  expect(result.events.flatMap((event) => (event.kind === "plan" ? [`${event.op} ${event.name}`] : []))).toEqual(["same a", "update there"]);
  expect(await bytes()).toBe(before);
});

test("what cannot be read fails, and stays pending", async () => {
  await runTrial(folder, [file("a")]);
  await interrupt(["creating", "b", { provider: "urn:pulumi:test::trial::pulumi:providers:files::other::1" }]);
  const result = await runTrial(folder, [file("a"), file("b")]);
  expect(result.errors).toEqual([
    `an earlier update was interrupted while creating it, and what it is now cannot be read: the provider of ${trialUrn("b")} is missing from the state`,
  ]);
  expect(await calls()).toEqual([]);
  expect(await pendingNow()).toBe(1);
});
