import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { type PreparedFile, prepareFile, writeFileAtomic } from "./atomicFile.ts";
import { type Deployment, parseCheckpoint } from "./checkpoint.ts";
import { readJournal } from "./journal.ts";
import { replay } from "./replay.ts";
import type { Operation } from "./types.ts";

const keptHistories = 50;
const keptBackups = 10;
const readAttempts = 5;

/** One line of a stack's history, as Pulumi writes it. Times in whole seconds since 1970. */
export interface HistoryEntry {
  readonly kind: "update" | "destroy" | "refresh";
  readonly startTime: number;
  readonly endTime: number;
  readonly message: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly result: "succeeded" | "failed";
  readonly resourceChanges: Partial<Record<Operation, number>>;
}

/** A stack's state as it lies on disk. */
export interface StoredState {
  /** With the journal that a crash left behind. Undefined: the stack has no state. */
  readonly deployment: Deployment | undefined;
  /** SHA-256 of the checkpoint file; null when there is none. */
  readonly hash: string | null;
  /** Of the journal beside it, so much is whole. */
  readonly journalBytes: number;
}

/** The files of one stack in Pulumi's file backend, and the journal, in a folder that Pulumi does not look into. */
export class StateStore {
  readonly path: string;
  readonly journalPath: string;
  readonly lockDirectory: string;
  readonly #root: string;
  readonly #historyDirectory: string;
  readonly #backupDirectory: string;
  readonly #stack: string;
  readonly #project: string;

  constructor(stateDirectory: string, project: string, stack: string) {
    this.#root = join(stateDirectory, ".pulumi");
    this.#project = project;
    this.#stack = stack;
    this.path = join(this.#root, "stacks", project, `${stack}.json`);
    this.journalPath = join(this.#root, "journals", project, `${stack}.journal`);
    this.lockDirectory = join(this.#root, "locks", "organization", project, stack);
    this.#historyDirectory = join(this.#root, "history", project, stack);
    this.#backupDirectory = join(this.#root, "backups", project, stack);
  }

  /** The state, or undefined when the stack has none. */
  async read(): Promise<Deployment | undefined> {
    return (await this.open()).deployment;
  }

  /** Reads checkpoint and journal. An update that runs meanwhile is read as it was at some moment. */
  async open(): Promise<StoredState> {
    let before: string | null | undefined;
    for (let attempt = 1; ; attempt += 1) {
      // The journal first: of a checkpoint that is written in between, it says that it builds on another one.
      const { entries: journal, wholeBytes } = await readJournal(this.journalPath);
      const text = await this.#readCheckpoint();
      const hash = text === undefined ? null : createHash("sha256").update(text).digest("hex");
      const fits = journal.length === 0 || journal.some((entry) => entry.op === "base" && entry.checkpoint === hash);
      if (fits || hash === before || attempt === readAttempts) {
        const checkpoint = text === undefined ? undefined : parseCheckpoint(text.toString("utf8"), this.path);
        return { deployment: replay(checkpoint, hash, journal), hash, journalBytes: wholeBytes };
      }
      before = hash;
    }
  }

  async #readCheckpoint(): Promise<Buffer | undefined> {
    try {
      return await readFile(this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Failure(`${this.path}: cannot be read (${(error as Error).message})`);
    }
  }

  /** Makes the folders, and clears away what a crash left half written. Only under the lock. */
  async prepare(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    await this.#clearTemporaries();
    const meta = join(this.#root, "meta.yaml");
    await readFile(meta).catch(() => writeFileAtomic(meta, "version: 1\n"));
  }

  async #clearTemporaries(): Promise<void> {
    for (const path of [this.path, this.journalPath]) {
      const names = await readdir(dirname(path)).catch(() => []);
      const left = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith(".tmp"));
      for (const name of left) await rm(join(dirname(path), name), { force: true });
    }
  }

  /** Keeps copies of the checkpoint as it is, before it is changed: the last one as `.bak`, some more among the backups. */
  async backUp(): Promise<void> {
    const temporary = `${this.path}.bak.tmp`;
    try {
      await copyFile(this.path, temporary);
    } catch (error) {
      await rm(temporary, { force: true });
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    await mkdir(this.#backupDirectory, { recursive: true });
    await copyFile(temporary, join(this.#backupDirectory, `${this.#stack}.${nanoseconds()}.json`));
    await rename(temporary, `${this.path}.bak`);
    const backups = (await readdir(this.#backupDirectory)).filter((name) => /\.\d+\.json$/.test(name)).sort();
    for (const name of backups.slice(0, -keptBackups)) await rm(join(this.#backupDirectory, name), { force: true });
  }

  /** Writes a new checkpoint to the side of the present one. */
  async prepareCheckpoint(pieces: Iterable<string>): Promise<PreparedFile & { readonly hash: string; readonly bytes: number }> {
    const hash = createHash("sha256");
    let bytes = 0;
    const counted = function* (): Generator<string> {
      for (const piece of pieces) {
        hash.update(piece);
        bytes += Buffer.byteLength(piece);
        yield piece;
      }
    };
    const file = await prepareFile(this.path, counted());
    return { ...file, hash: hash.digest("hex"), bytes };
  }

  /** Replaces the state whole, the present one kept as a backup; a journal is done with. Only under the lock. */
  async replace(text: string): Promise<void> {
    await this.prepare();
    await this.backUp();
    await writeFileAtomic(this.path, text);
    await rm(this.journalPath, { force: true });
  }

  /** Adds to the history, with the state as it is now, and drops the oldest entries. */
  async record(entry: HistoryEntry): Promise<void> {
    await mkdir(this.#historyDirectory, { recursive: true });
    const base = join(this.#historyDirectory, `${this.#stack}-${nanoseconds()}`);
    await copyFile(this.path, `${base}.checkpoint.json`);
    await writeFileAtomic(`${base}.history.json`, `${JSON.stringify(entry, null, 4)}\n`);
    for (const name of (await this.#histories()).slice(0, -keptHistories)) {
      const old = join(this.#historyDirectory, name);
      await rm(old, { force: true });
      await rm(old.replace(/\.history\.json$/, ".checkpoint.json"), { force: true });
    }
  }

  /** The history, newest first. */
  async history(): Promise<HistoryEntry[]> {
    const names = (await this.#histories()).reverse();
    return Promise.all(names.map(async (name) => {
      const path = join(this.#historyDirectory, name);
      try {
        return JSON.parse(await readFile(path, "utf8")) as HistoryEntry;
      } catch (error) {
        throw new Failure(`${path}: cannot be read (${(error as Error).message})`, { advice: "delete it, if it is not worth more" });
      }
    }));
  }

  async #histories(): Promise<string[]> {
    const names = await readdir(this.#historyDirectory).catch(() => []);
    return names.filter((name) => name.endsWith(".history.json")).sort();
  }

  /** Forgets the stack: state, journal, backups and history. */
  async remove(): Promise<void> {
    await this.#clearTemporaries();
    for (const path of [this.path, `${this.path}.bak`, this.journalPath]) await rm(path, { force: true });
    for (const path of [this.#historyDirectory, this.#backupDirectory]) await rm(path, { recursive: true, force: true });
  }

  /** Another stack of the same backend. */
  other(stack: string, project: string = this.#project): StateStore {
    return new StateStore(dirname(this.#root), project, stack);
  }

  /** Names of the project's stacks that have a state, sorted. */
  static async list(stateDirectory: string, project: string): Promise<string[]> {
    const names = await Promise.all(([["stacks", ".json"], ["journals", ".journal"]] as const).map(async ([folder, ending]) => {
      const files = await readdir(join(stateDirectory, ".pulumi", folder, project)).catch(() => []);
      return files.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
    }));
    return [...new Set(names.flat())].sort();
  }
}

/** As Pulumi numbers its files; they sort by age. */
function nanoseconds(): string {
  return `${BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n)}`;
}
