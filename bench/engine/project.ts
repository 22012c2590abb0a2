/** A Pulumi project in a folder of its own whose program registers as many resources as asked for, and nothing else. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { EngineOptions } from "../../infra/engine/index.ts";
import { projectDirectory } from "../../scripts/lib/paths.ts";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
class Thing extends pulumi.CustomResource {
  constructor(name, number) { super("bench:index:Thing", name, { number }); }
}
for (let number = 0; number < Number(process.env["THINGS"]); number += 1) new Thing(\`thing-\${number}\`, number);
`;

export class BenchProject implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<BenchProject> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "egov-bench-engine-")));
    await mkdir(join(directory, "program"));
    await symlink(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
    await writeFile(join(directory, "package.json"), JSON.stringify({ name: "bench", type: "module" }));
    const plugin = `plugins: {providers: [{name: bench, path: ${resolve(import.meta.dirname, "provider")}}]}`;
    await writeFile(join(directory, "Pulumi.yaml"), `name: bench\nruntime: {name: nodejs, options: {typescript: false}}\nmain: program/\n${plugin}\n`);
    await writeFile(join(directory, "program", "index.js"), PROGRAM);
    return new BenchProject(directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** How the engine is called for a project of this kind. */
export function optionsOf(directory: string, stack: string, things: number): EngineOptions {
  return {
    projectDirectory: directory, stack, stateDirectory: directory, settingsDirectory: directory,
    passphrase: "bench", environment: { THINGS: String(things) },
  };
}
