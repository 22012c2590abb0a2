import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runTrial, trialSecret, trials } from "./fixtures/trial.ts";
import { readStack } from "./index.ts";
import { findFault } from "./integrity.ts";

vi.setConfig({ testTimeout: 600_000 });

const script = fileURLToPath(new URL("fixtures/trial.ts", import.meta.url));
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "engine-crash-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function newFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, "files"), { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), "name: trial\nruntime: nodejs\nmain: .\nplugins: {providers: [{name: files, path: .}]}\n");
  return folder;
}

/** An update in a process of its own that kills itself at a boundary. True when it came through before that. */
async function crash(folder: string, wanted: string, boundary: number): Promise<boolean> {
  const child = spawn(process.execPath, [script, folder, wanted], {
    env: { ...process.env, EGOV_ENGINE_CRASH_AT: String(boundary), NODE_COMPILE_CACHE: join(root, "cache") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`the trial failed by itself: ${said}`);
  return code === 0;
}

const namesOf = (wanted: string): string[] => trials[wanted]!.map(({ name }) => name).sort();

async function check(folder: string, wanted: string, what: string): Promise<void> {
  const state = await readStack({ projectDirectory: folder, stateDirectory: folder, stack: "test" });
  const resources = state!.resources.filter(({ type }) => type === "files:index:File");
  expect(resources.map(({ urn }) => urn.split("::").at(-1)).sort(), what).toEqual(namesOf(wanted));
  expect(resources.filter(({ initErrors }) => initErrors !== undefined), what).toEqual([]);
  expect(findFault(state!.resources), what).toBeUndefined();
  // What is there and what the state knows are the same: no orphan, no second copy.
  const made = (await readdir(join(folder, "files"))).sort();
  expect(made, what).toEqual(resources.map(({ id }) => id!.split("/").at(-1)!).sort());
  for (const { name, content } of trials[wanted]!) {
    const { id } = resources.find(({ urn }) => urn.endsWith(`::${name}`))!;
    expect(await readFile(id!, "utf8"), what).toBe(content);
  }
  const text = await readFile(join(folder, ".pulumi/stacks/trial/test.json"), "utf8").catch(() => "");
  expect(text, what).not.toContain("pending_operations");
  expect(await readdir(join(folder, ".pulumi/journals/trial")).catch(() => []), what).toEqual([]);
  expect((await readdir(join(folder, ".pulumi"), { recursive: true })).filter((name) => name.endsWith(".tmp")), what).toEqual([]);
}

/** Files of the state that hold the secret in plain, whenever it is looked at. */
async function withSecret(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, ".pulumi"), { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  return paths.filter((_, index) => texts[index]!.includes(trialSecret));
}

/** What was created twice though its provider had told its id. */
async function createdTwice(folder: string): Promise<string[]> {
  const calls = (await readFile(join(folder, "calls"), "utf8")).split("\n").filter((call) => call.startsWith("create "));
  return calls.filter((call, index) => calls.indexOf(call) < index && call !== "create foreign");
}

/** Two machines' worth of trials side by side: while one waits for its child, the other looks at what its own left. */
const lanes = 2;
let last: Promise<unknown> = Promise.resolve();
function alone<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work, work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Kills updates at every boundary of the lane, until one comes through; gives that boundary. */
async function sweep(wanted: string, lane: number, stride: number): Promise<number> {
  const folder = await newFolder(`${wanted}-${lane}`);
  const kept = join(root, `${wanted}-${lane}-kept`);
  await alone(async () => {
    expect((await runTrial(folder, trials["before"]!)).errors).toEqual([]);
    await check(folder, "before", "the start");
  });
  // Files are absolute in the state: every trial of a lane has the same folder in turn.
  await cp(folder, kept, { recursive: true });
  for (let boundary = 1 + lane; ; boundary += stride) {
    const what = `boundary ${boundary}`;
    await rm(folder, { recursive: true });
    await cp(kept, folder, { recursive: true });
    await rm(join(folder, "calls"), { force: true });
    const done = await crash(folder, wanted, boundary);
    if (!done) {
      expect(await withSecret(folder), what).toEqual([]);
      // Some of the updates that recover are killed, too.
      if (boundary % 5 < 2) await crash(folder, wanted, 1 + (boundary % 8));
    }
    await alone(async () => {
      expect((await runTrial(folder, trials[wanted]!)).errors, what).toEqual([]);
      await check(folder, wanted, what);
      expect(await createdTwice(folder), what).toEqual([]);
      expect(await withSecret(folder), what).toEqual([]);
      const again = await runTrial(folder, trials[wanted]!);
      expect(again.events.flatMap((event) => (event.kind === "start" && event.op !== "same" ? [event.name] : [])), what).toEqual([]);
    });
    if (done) return boundary;
  }
}

test.each([["after", lanes, 40], ["nothing", 3 * lanes, 20]])("killed at any boundary on the way to '%s', the next update finishes the job", async (wanted, stride, fewest) => {
  const ends = await Promise.all(Array.from({ length: lanes }, (_, lane) => sweep(wanted, lane, stride)));
  expect(Math.min(...ends)).toBeGreaterThan(fewest);
});

test("on a disk that fills up at any moment, an update stops, and the next one finishes the job", async () => {
  const folder = await newFolder("full");
  const free = [0, 16, 32, 44];
  // The state is on a file system of its own, in a mount namespace that goes with the shell.
  const shell = `set -e
mkdir $1/.pulumi
mount -t tmpfs -o size=160k tmpfs $1/.pulumi
cp -a $1/files $1/files-before
for free in ${free.join(" ")}; do
  rm -rf $1/.pulumi/* $1/files; cp -a $1/files-before $1/files
  $2 $3 $1 before
  head -c 1M /dev/zero > $1/.pulumi/filler || true
  truncate -s -\${free}K $1/.pulumi/filler
  $2 $3 $1 after 2>$1/error-$free && echo "$free done" || echo "$free failed"
  rm $1/.pulumi/filler
  $2 $3 $1 after
  cp -a $1/.pulumi $1/state-$free; cp -a $1/files $1/files-$free
done`;
  const child = spawn("unshare", ["-m", "sh", "-c", shell, "sh", folder, process.execPath, script], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, "cache") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect(code, said).toBe(0);
  // From no room at all to nearly enough: it stops at different steps.
  expect(said.match(/failed/g)?.length, said).toBeGreaterThan(2);
  for (const kilobytes of free) {
    for (const name of ["files", ".pulumi"]) await rm(join(folder, name), { recursive: true, force: true });
    await cp(join(folder, `files-${kilobytes}`), join(folder, "files"), { recursive: true });
    await cp(join(folder, `state-${kilobytes}`), join(folder, ".pulumi"), { recursive: true });
    await check(folder, "after", `${kilobytes} KiB free`);
    if (said.includes(`${kilobytes} failed`)) expect(await readFile(join(folder, `error-${kilobytes}`), "utf8")).toMatch(/ENOSPC/);
  }
});
