import { copyFile, mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { writeFileAtomic } from "./atomicFile.ts";
import { type Deployment, parseCheckpoint } from "./checkpoint.ts";
import type { Operation } from "./types.ts";

const keptHistories = 50;

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

/** The files of one stack in Pulumi's file backend. */
export class StateStore {
  readonly path: string;
  readonly lockDirectory: string;
  readonly #root: string;
  readonly #historyDirectory: string;
  readonly #stack: string;
  readonly #project: string;

  constructor(stateDirectory: string, project: string, stack: string) {
    this.#root = join(stateDirectory, ".pulumi");
    this.#project = project;
    this.#stack = stack;
    this.path = join(this.#root, "stacks", project, `${stack}.json`);
    this.lockDirectory = join(this.#root, "locks", "organization", project, stack);
    this.#historyDirectory = join(this.#root, "history", project, stack);
  }

  /** The state, or undefined when the stack has none. */
  async read(): Promise<Deployment | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new Failure(`${this.path}: cannot be read (${(error as Error).message})`);
    }
    return parseCheckpoint(text, this.path);
  }

  /** Makes the folders and keeps a copy of the state as it is now, before an update changes it. */
  async prepare(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const meta = join(this.#root, "meta.yaml");
    await readFile(meta).catch(() => writeFileAtomic(meta, "version: 1\n"));
    const temporary = `${this.path}.bak.tmp`;
    try {
      await copyFile(this.path, temporary);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    await rename(temporary, `${this.path}.bak`);
  }

  async write(text: string): Promise<void> {
    await writeFileAtomic(this.path, text);
  }

  /** Adds to the history, with the state as it is now, and drops the oldest entries. */
  async record(entry: HistoryEntry): Promise<void> {
    await mkdir(this.#historyDirectory, { recursive: true });
    const nanoseconds = `${BigInt(Date.now()) * 1_000_000n}`;
    const base = join(this.#historyDirectory, `${this.#stack}-${nanoseconds}`);
    await copyFile(this.path, `${base}.checkpoint.json`);
    await writeFileAtomic(`${base}.history.json`, `${JSON.stringify(entry, null, 4)}\n`);
    const entries = (await readdir(this.#historyDirectory)).filter((name) => name.endsWith(".history.json")).sort();
    for (const name of entries.slice(0, -keptHistories)) {
      const old = join(this.#historyDirectory, name);
      await rm(old, { force: true });
      await rm(old.replace(/\.history\.json$/, ".checkpoint.json"), { force: true });
    }
  }

  /** Forgets the stack: state, backup and history. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(`${this.path}.bak`, { force: true });
    await rm(this.#historyDirectory, { recursive: true, force: true });
  }

  /** Another stack of the same backend. */
  other(stack: string, project: string = this.#project): StateStore {
    return new StateStore(dirname(this.#root), project, stack);
  }
}
