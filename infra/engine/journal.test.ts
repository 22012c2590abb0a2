import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StateCodec } from "./checkpoint.ts";
import { type Crypter, createCrypter } from "./crypter.ts";
import { Journal, formatLine, readJournal } from "./journal.ts";
import type { ResourceState } from "./resourceState.ts";
import { Snapshot } from "./snapshot.ts";
import { StateLog } from "./stateLog.ts";
import { StateStore } from "./stateStore.ts";
import { asSecret } from "./values.ts";

let folder: string;
let crypter: Crypter;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-journal-"));
  crypter = await createCrypter("p");
});
afterAll(() => rm(folder, { recursive: true }));

const canary = "canary-4712";
let stores = 0;
function newStore(): StateStore {
  return new StateStore(join(folder, String((stores += 1))), "p", "s");
}

function resource(name: string, content = name, more: Partial<ResourceState> = {}): ResourceState {
  return { urn: `urn:pulumi:s::p::a:b:C::${name}`, type: "a:b:C", custom: true, id: name, inputs: { content, key: asSecret(canary) }, outputs: {}, ...more };
}

async function openLog(store: StateStore, codec = new StateCodec(crypter), onFailure: (error: Error) => void = () => undefined) {
  await store.prepare();
  const { deployment, hash, journalBytes } = await store.open();
  const snapshot = new Snapshot((deployment?.resources ?? []).map((state) => codec.decode(state)));
  const log = new StateLog({ stack: "s", project: "p", salt: crypter.salt, snapshot, codec, store, hash, journalBytes, metadata: {}, onFailure });
  return { log, snapshot, codec };
}

/** As the next update would read it. */
async function reopened(store: StateStore): Promise<ResourceState[]> {
  const codec = new StateCodec(crypter);
  return ((await store.open()).deployment?.resources ?? []).map((state) => codec.decode(state));
}

test("a last line torn at any byte is dropped, and written over", async () => {
  const path = join(folder, "torn.journal");
  const first = formatLine([`{"op":"end","call":1}`, `{"op":"end","call":2}`]);
  const last = formatLine([`{"op":"end","call":3,"name":"Nghệ An"}`]);
  const [whole, torn] = [Buffer.from(first), Buffer.from(last)];
  for (let bytes = 0; bytes < torn.length; bytes += 1) {
    await writeFile(path, Buffer.concat([whole, torn.subarray(0, bytes)]));
    expect(await readJournal(path)).toMatchObject({ entries: [{ call: 1 }, { call: 2 }], wholeBytes: whole.length });
  }
  // A byte that the disk lost, with the line's end in place.
  for (let at = 0; at < torn.length - 1; at += 1) {
    const damaged = Buffer.from(torn);
    damaged[at] = 0;
    await writeFile(path, Buffer.concat([whole, damaged]));
    expect((await readJournal(path)).entries).toHaveLength(2);
  }
  const { wholeBytes } = await readJournal(path);
  const journal = new Journal(path, wholeBytes);
  await journal.append([`{"op":"end","call":4}`]);
  await journal.close();
  expect((await readJournal(path)).entries).toMatchObject([{ call: 1 }, { call: 2 }, { call: 4 }]);
});

test("a damaged line in the middle is told by file and line", async () => {
  const path = join(folder, "middle.journal");
  const line = formatLine([`{"op":"end","call":1}`]);
  await writeFile(path, line + line.replace("1}", "2}") + line);
  await expect(readJournal(path)).rejects.toThrow(`${path}:2: the line is damaged, and others follow it`);
  await truncate(path, line.length);
  expect((await readJournal(path)).entries).toHaveLength(1);
});

test("a journal that is left behind gives the same state, in the same order, as its update had; so does the checkpoint", async () => {
  const action = fc.record({ kind: fc.constantFrom("settle", "replace", "same", "amend", "remove"), pick: fc.nat(99), content: fc.string() });
  await fc.assert(
    fc.asyncProperty(fc.nat(4), fc.array(action, { maxLength: 12 }), async (before, actions) => {
      const store = newStore();
      const first = await openLog(store);
      for (let index = 0; index < before; index += 1) first.log.settle(undefined, resource(`old${index}`));
      await first.log.close();

      const { log, snapshot } = await openLog(store);
      let made = 0;
      for (const { kind, pick, content } of actions) {
        const open = snapshot.untouched.filter((state) => state.delete !== true);
        const chosen = open[pick % Math.max(open.length, 1)];
        if (chosen === undefined) log.settle(undefined, resource(`new${(made += 1)}`, content));
        else if (kind === "same") log.settle(chosen, { ...chosen });
        else if (kind === "settle") log.settle(chosen, resource(chosen.id!, content));
        else if (kind === "amend") log.amend(chosen, resource(chosen.id!, content));
        else if (kind === "remove") log.remove(chosen);
        else {
          log.amend(chosen, { ...chosen, delete: true });
          log.settle(undefined, resource(chosen.id!, content, { id: `new${(made += 1)}` }));
        }
      }
      // An entry that somebody waits for takes those with it that nobody does.
      log.settle(undefined, resource("last"));
      await log.flush();
      expect(await reopened(store)).toEqual(snapshot.resources);
      await log.close();
      expect(await reopened(store)).toEqual(snapshot.resources);
    }),
    { numRuns: 60 },
  );
});

test("what is begun is on disk before it is done; what is not over stays pending", async () => {
  const store = newStore();
  const { log } = await openLog(store);
  const pending = async (): Promise<string[]> => ((await store.read())?.pending_operations ?? []).map(({ type, resource: { urn, id }, randomSeed }) => [type, urn.split("::").at(-1), id, randomSeed].join(" "));
  const creating = await log.begin({ type: "creating", resource: resource("a"), randomSeed: "AA==" });
  expect(await pending()).toEqual(["creating a a AA=="]);
  await log.begin({ type: "deleting", resource: resource("b") });
  log.end(creating);
  log.settle(undefined, resource("a"));
  await log.flush();
  expect(await pending()).toEqual(["deleting b b "]);
  expect(await readFile(store.journalPath, "utf8")).not.toContain(canary);
  await log.close();
  expect(await pending()).toEqual(["deleting b b "]);
  expect(await readFile(store.path, "utf8")).toContain(`"type": "deleting"`);
  await expect(stat(store.journalPath)).rejects.toThrow("ENOENT");
});

test("changes that come together cost one write; a state that stays the same costs none", async () => {
  const store = newStore();
  const first = await openLog(store);
  for (let index = 0; index < 300; index += 1) first.log.settle(undefined, resource(`r${index}`));
  await first.log.flush();
  expect((await readFile(store.journalPath, "utf8")).trimEnd().split("\n")).toHaveLength(1);
  await first.log.close();
  const before = await readFile(store.path, "utf8");
  const { log, snapshot } = await openLog(store);
  for (const state of snapshot.resources) log.settle(state, { ...state });
  await log.close();
  expect(await readFile(store.path, "utf8")).toBe(before);
  await expect(stat(`${store.path}.bak`)).rejects.toThrow("ENOENT");
});

test("a journal beside a checkpoint that somebody else changed is asked about again, not believed", async () => {
  const store = newStore();
  const first = await openLog(store);
  first.log.settle(undefined, resource("a"));
  await first.log.close();
  const { log } = await openLog(store);
  log.end(await log.begin({ type: "creating", resource: { ...resource("b"), id: undefined as never } }));
  log.settle(undefined, resource("b", "b", { id: "b-17" }));
  await log.flush();
  await writeFile(store.path, (await readFile(store.path, "utf8")).replace(`"content": "a"`, `"content": "theirs"`));
  const { deployment } = await store.open();
  expect(deployment!.resources!.map(({ inputs }) => inputs["content"])).toEqual(["theirs"]);
  expect(deployment!.pending_operations).toMatchObject([{ type: "creating", resource: { id: "b-17" } }]);
  await log.close();
});

test("a full disk is told once, and nothing is begun any more", async () => {
  const store = newStore();
  const told: string[] = [];
  const { log, snapshot } = await openLog(store, undefined, (failure) => told.push(failure.message));
  Object.defineProperty(store, "backUp", { value: () => Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })) });
  const message = "the state cannot be saved (ENOSPC: no space left on device, write)";
  await expect(log.begin({ type: "creating", resource: resource("a") })).rejects.toThrow(message);
  await expect(log.begin({ type: "creating", resource: resource("b") })).rejects.toThrow(message);
  log.settle(undefined, resource("c"));
  await log.close();
  expect(told).toEqual([message]);
  expect(snapshot.resources).toHaveLength(1);
});

test("a journal that grows is compacted on the way, with what is under way", async () => {
  const store = newStore();
  const { log, snapshot } = await openLog(store);
  const text = "x".repeat(1 << 20);
  const call = await log.begin({ type: "creating", resource: resource("slow") });
  for (let index = 0; index < 40; index += 1) {
    log.settle(undefined, resource(`r${index}`, text));
    await log.flush();
  }
  expect((await stat(store.journalPath)).size).toBeLessThan(16 << 20);
  const { deployment } = await store.open();
  expect(deployment!.pending_operations).toMatchObject([{ resource: { id: "slow" } }]);
  expect(await reopened(store)).toEqual(snapshot.resources);
  log.end(call);
  log.settle(undefined, resource("slow"));
  log.amend(snapshot.find(resource("r3").urn)!, resource("r3", "short"));
  await log.flush();
  expect((await store.open()).deployment!.pending_operations ?? []).toEqual([]);
  expect(await reopened(store)).toEqual(snapshot.resources);
  await log.close();
  expect(await reopened(store)).toEqual(snapshot.resources);
});
