/** What benches share: a copy of a province under a name of its own, the commands as a user runs them, the machine's memory. */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const project = resolve(import.meta.dirname, "..");

/** One printed figure. `kept`: the bound holds. */
export interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly bound: string;
  readonly kept: boolean;
  readonly note?: string;
}

/** A copy of a province's description in a folder of its own: twins, state and edits of a bench disturb nobody. */
export class Workbench implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Copies the YAML of `inventory`, under the slug `bench-…` and a management prefix that no environment of ours uses. */
  static async open(inventory: string): Promise<Workbench> {
    const directory = await mkdtemp(join(tmpdir(), "egov-bench-"));
    await cp(resolve(project, inventory), directory, {
      recursive: true,
      filter: (source) => !/^(\.pulumi|\.egov|Pulumi\..*)$/.test(basename(source)),
    });
    const bench = new Workbench(directory);
    await bench.edit("province.yaml", (text) => text.replace(/^(\s*slug:\s*)(\S+)/m, "$1bench-$2"));
    await bench.edit("environments.yaml", (text) => text.replace(/(name: twin,[^}]*managementPrefix: )[\d./]+/, "$1198.19.0.0/22"));
    return bench;
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.directory, file);
    const before = await readFile(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} is not as the bench expects it: nothing was changed`);
    await writeFile(path, after);
  }

  /** Runs `./egov ARGV` on this province. Resolves with its seconds and output; rejects when it fails. */
  async egov(...argv: string[]): Promise<{ seconds: number; stdout: string }> {
    const startedAt = performance.now();
    const child = spawn(join(project, "egov"), argv, {
      env: { ...process.env, EGOV_INVENTORY: this.directory }, stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => { stdout += text; });
    child.stderr.setEncoding("utf8").on("data", (text: string) => { stderr += text; });
    const code = await new Promise<number | null>((done, fail) => { child.on("error", fail); child.on("close", done); });
    if (code !== 0) throw new Error(`egov ${argv.join(" ")} ended with ${code}: ${stderr}${stdout.slice(-2000)}`);
    return { seconds: (performance.now() - startedAt) / 1000, stdout };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.egov("down").catch(() => {});
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Memory that is not to be had for other uses, MiB: what `free` calls used, without what can be reclaimed. */
export async function usedMemoryMiB(): Promise<number> {
  const text = await readFile("/proc/meminfo", "utf8");
  const kiB = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  return (kiB("MemTotal") - kiB("MemAvailable")) / 1024;
}
