/** What the engine's state costs a resource, by how many there are: the journal alone, and all that an update does with its state. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateCodec } from "../infra/engine/checkpoint.ts";
import { createCrypter } from "../infra/engine/crypter.ts";
import { checkIntegrity } from "../infra/engine/integrity.ts";
import type { ResourceState } from "../infra/engine/resourceState.ts";
import { Snapshot } from "../infra/engine/snapshot.ts";
import { StateLog } from "../infra/engine/stateLog.ts";
import { StateStore } from "../infra/engine/stateStore.ts";
import type { Figure } from "./figure.ts";

/** How many resources, and how often so many are measured: of the rounds, the middle one counts. */
const ROUNDS = new Map([[100, 7], [1_000, 5], [10_000, 1]]);
const WARM_UP = 2_000;
/** Operations at once, as many as an update has by default. */
const PARALLEL = 16;
/** A resource's text in the state, about; a router's is some times longer. */
const CONTENT_BYTES = 1000;
/** Flat: among the most, a resource costs at most so many times what it does among the fewest. */
const FLAT = 1.5;

interface Cost {
  /** Microseconds a resource. */
  readonly floor: number;
  readonly journal: number;
  readonly whole: number;
}

/** Takes some seconds; no program and no provider is run. */
export async function benchJournal(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "egov-bench-journal-"));
  try {
    const counts = [...ROUNDS.keys()];
    await measure(join(folder, "warm-up"), WARM_UP);
    const costs: Cost[] = [];
    for (const [count, rounds] of ROUNDS) {
      say(`state of ${count} resources`);
      const all: Cost[] = [];
      for (let round = 0; round < rounds; round += 1) all.push(await measure(join(folder, `${count}-${round}`), count));
      const middle = (pick: (cost: Cost) => number) => all.map(pick).sort((left, right) => left - right)[Math.floor(rounds / 2)]!;
      costs.push({ floor: middle(({ floor }) => floor), journal: middle(({ journal }) => journal), whole: middle(({ whole }) => whole) });
    }
    const flat = (pick: (cost: Cost) => number) => pick(costs.at(-1)!) <= FLAT * pick(costs[0]!);
    const row = (pick: (cost: Cost) => number) => costs.map((cost) => `${pick(cost).toFixed(0)} µs`).join(", ");
    const bound = `the last at most ${FLAT} × the first`;
    const among = counts.map((count) => count.toLocaleString("en")).join(" / ");
    return [
      { name: `journal, a resource among ${among}`, measured: row(({ journal }) => journal), bound, kept: flat(({ journal }) => journal), note: `the same bytes appended and synced ${PARALLEL} at a time by hand: ${row(({ floor }) => floor)}` },
      { name: `whole state, a resource among ${among}`, measured: row(({ whole }) => whole), bound, kept: flat(({ whole }) => whole), note: "journal, checkpoint, and reading it again" },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, count: number): Promise<Cost> {
  const store = new StateStore(folder, "bench", "bench");
  await store.prepare();
  const crypter = await createCrypter("bench");
  const startedAt = performance.now();
  const perResource = (since: number) => ((performance.now() - since) / count) * 1000;
  const snapshot = new Snapshot([]);
  const failures: Error[] = [];
  const log = new StateLog({
    stack: "bench", project: "bench", salt: crypter.salt, snapshot, codec: new StateCodec(crypter), store, hash: null, journalBytes: 0, metadata: {},
    onFailure: (failure) => { failures.push(failure); },
  });
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) {
      const state = resource(index);
      const call = await log.begin({ type: "creating", resource: state });
      log.end(call);
      log.settle(undefined, state);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  await log.flush();
  const journal = perResource(startedAt);
  await log.close();
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const { deployment } = await store.open();
  const codec = new StateCodec(crypter);
  const resources = (deployment?.resources ?? []).map((state) => codec.decode(state));
  checkIntegrity(resources, store.path);
  if (resources.length !== count) throw new Error(`${count} resources were written and ${resources.length} read`);
  const whole = perResource(startedAt);
  return { floor: await floor(join(folder, "floor"), count), journal, whole };
}

/** Microseconds a resource: its two entries appended and synced, with nothing else done. */
async function floor(path: string, count: number): Promise<number> {
  const file = await open(path, "a");
  const startedAt = performance.now();
  for (let done = 0; done < count; done += PARALLEL) {
    const line = Array.from({ length: Math.min(PARALLEL, count - done) }, (_, index) => JSON.stringify(resource(done + index)).repeat(2)).join("");
    await file.appendFile(line);
    await file.datasync();
  }
  const elapsed = performance.now() - startedAt;
  await file.close();
  return (elapsed / count) * 1000;
}

function resource(index: number): ResourceState {
  const inputs = { path: `/etc/bench/${index}`, content: String(index).padEnd(CONTENT_BYTES, ".") };
  return {
    urn: `urn:pulumi:bench::bench::pulumi:providers:bench::r${index}`, type: "pulumi:providers:bench", custom: true, id: String(index),
    inputs, outputs: inputs, created: "2026-01-01T00:00:00.000Z", modified: "2026-01-01T00:00:00.000Z",
  };
}
