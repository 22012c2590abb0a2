/** A province to try things on: a copy under a name of its own, and the commands as a user runs them. For tests and benches. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { twinDown } from "../../infra/twin/index.ts";
import { type Lock, tryLock } from "../../infra/twin/lock.ts";
import { FILES, OPTIONAL_FILES } from "../../inventory/files.ts";
import { projectDirectory } from "./paths.ts";

export interface WorkbenchOptions {
  /** The province that is copied. */
  readonly inventory: string;
  /** What the copy is called: it names the twin, so no two may stand at once. */
  readonly slug: string;
  /** Management prefix of the copy's environment `twin`, unlike that of any other twin on the machine. */
  readonly managementPrefix: string;
}

export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** The report that a command prints with `--json`: all it prints, or after its events the last line. */
export function reportOf<T>({ stdout }: CommandRun): T {
  const lines = stdout.trimEnd().split("\n");
  return JSON.parse(lines[0] === "{" || lines[0] === "[" ? stdout : lines.at(-1)!) as T;
}

/** A copy of a province's description in a folder of its own: its twin, state and edits disturb nobody. Disposing takes all of it away. */
export class Workbench implements AsyncDisposable {
  readonly directory: string;
  readonly #twin: string;
  readonly #lock: Lock;
  readonly #running = new Map<ChildProcess, Promise<unknown>>();
  #isClosed = false;

  private constructor(directory: string, twin: string, lock: Lock) {
    this.directory = directory;
    this.#twin = twin;
    this.#lock = lock;
  }

  /** Throws an Error when another process, such as the same test in another checkout, has one of that name. */
  static async open({ inventory, slug, managementPrefix }: WorkbenchOptions): Promise<Workbench> {
    const lock = await tryLock(`workbench/${slug}`);
    if ("heldBy" in lock) throw new Error(`process ${lock.heldBy} is trying things on a province called ${slug}: wait for its end`);
    const directory = await mkdtemp(join(tmpdir(), "egov-workbench-"));
    for (const file of FILES) {
      const source = resolve(projectDirectory, inventory, `${file}.yaml`);
      if (!OPTIONAL_FILES.has(file) || existsSync(source)) await copyFile(source, join(directory, `${file}.yaml`));
    }
    const bench = new Workbench(directory, `${slug}-twin`, lock);
    // What a test that was killed has left behind.
    await twinDown(bench.#twin);
    await bench.edit("province.yaml", (text) => text.replace(/^slug: .+$/m, `slug: ${slug}`));
    await bench.edit("environments.yaml", (text) => text.replace(/(name: twin, kind: twin, managementPrefix: )[\d./]+/, `$1${managementPrefix}`));
    return bench;
  }

  /** Rewrites one file of the description. Rejects when `change` changes nothing. */
  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.directory, file);
    const before = await readFile(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} is not as expected: nothing was changed`);
    await writeFile(path, after);
  }

  /** Appends an entry to the list that ends a file. */
  async append(file: string, entry: string): Promise<void> {
    await this.edit(file, (text) => `${text.trimEnd()}\n  - ${entry}\n`);
  }

  /** Runs `egov ARGV` on this province and waits for its end. */
  async egov(...argv: string[]): Promise<CommandRun> {
    return await this.start(...argv).ended;
  }

  /** Like `egov`; rejects with what the command said unless it exits with 0. */
  async must(...argv: string[]): Promise<CommandRun> {
    const run = await this.egov(...argv);
    if (run.exitCode !== 0) throw new Error(`egov ${argv.join(" ")} ended with ${run.exitCode}: ${run.stderr}${run.stdout.slice(-2000)}`);
    return run;
  }

  /** Starts `egov ARGV`, for those who want to send it signals. */
  start(...argv: string[]): { readonly child: ChildProcess; readonly ended: Promise<CommandRun> } {
    if (this.#isClosed) throw new Error("the workbench is closed");
    const startedAt = performance.now();
    const child = spawn(join(projectDirectory, "egov"), argv, {
      env: { ...process.env, EGOV_INVENTORY: this.directory }, stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => { output.stdout += text; });
    child.stderr.setEncoding("utf8").on("data", (text: string) => { output.stderr += text; });
    const ended = new Promise<CommandRun>((done, fail) => {
      child.on("error", fail);
      child.on("close", (code) => done({ exitCode: code ?? 128, ...output, seconds: (performance.now() - startedAt) / 1000 }));
    });
    this.#running.set(child, ended.finally(() => this.#running.delete(child)).catch(() => undefined));
    return { child, ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    // A test that was given up has left its command at work.
    for (const child of this.#running.keys()) child.kill("SIGINT");
    await Promise.all(this.#running.values());
    // By its name, whatever has become of the description.
    await twinDown(this.#twin);
    await rm(this.directory, { recursive: true, force: true });
    await this.#lock.release();
  }
}
