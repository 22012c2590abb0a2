/** A project in a folder of its own for the engine's tests, with the fixture provider. */
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EngineEvent, type EngineOptions, type UpdateResult, preview, up } from "./index.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "..", "..", "node_modules");

/** What every test program can use. */
const prelude = `
import * as pulumi from "@pulumi/pulumi";
const dir = process.env["FILES"]!;
class File extends pulumi.CustomResource {
  declare readonly size: pulumi.Output<number>;
  declare readonly content: pulumi.Output<string>;
  constructor(name: string, args: Record<string, unknown> = {}, opts?: pulumi.CustomResourceOptions) {
    super("files:index:File", name, { path: \`\${dir}/\${name}\`, content: name, size: undefined, ...args }, opts);
  }
}
`;

export class TestProject {
  readonly root: string;
  readonly files: string;
  readonly events: EngineEvent[] = [];
  stack = "test";
  passphrase = "correct horse";
  /** Where a provider that several projects share notes its calls, each stack's in a file; by default it has one of its own. */
  callsDirectory: string | undefined;

  constructor(root: string) {
    this.root = root;
    this.files = join(root, "files");
  }

  static async create(): Promise<TestProject> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "engine-test-")));
    await mkdir(join(root, "files"));
    await mkdir(join(root, "program"));
    await symlink(modules, join(root, "node_modules"));
    await writeFile(join(root, "package.json"), JSON.stringify({ name: "trial", type: "module" }));
    const plugins = `plugins: {providers: [{name: files, path: ${join(here, "fixtures/provider")}}]}`;
    await writeFile(join(root, "Pulumi.yaml"), `name: trial\nruntime: {name: nodejs, options: {typescript: false}}\nmain: program/\n${plugins}\n`);
    return new TestProject(root);
  }

  /** Sets the program's body; `File`, `pulumi` and `dir` are there. */
  async program(body: string): Promise<void> {
    await writeFile(join(this.root, "program", "index.ts"), prelude + body);
  }

  options(more: Partial<EngineOptions> = {}): EngineOptions {
    return {
      projectDirectory: this.root,
      stack: this.stack,
      stateDirectory: this.root,
      settingsDirectory: this.root,
      passphrase: this.passphrase,
      environment: { FILES: this.files, ...(this.callsDirectory === undefined ? { CALLS_FILE: join(this.root, "calls") } : { CALLS_DIRECTORY: this.callsDirectory }) },
      onEvent: (event) => this.events.push(event),
      ...more,
    };
  }

  up(more: Partial<EngineOptions> = {}): Promise<UpdateResult> {
    return up(this.options(more));
  }

  preview(more: Partial<EngineOptions> = {}): Promise<UpdateResult> {
    return preview(this.options(more));
  }

  get statePath(): string {
    return join(this.root, ".pulumi", "stacks", "trial", `${this.stack}.json`);
  }

  async state(): Promise<string> {
    return readFile(this.statePath, "utf8");
  }

  /** The provider's calls since the last time, as `create a`, in order. */
  async calls(): Promise<string[]> {
    const path = this.callsDirectory === undefined ? join(this.root, "calls") : join(this.callsDirectory, this.stack);
    const text = await readFile(path, "utf8").catch(() => "");
    await rm(path, { force: true });
    return text.split("\n").filter((line) => line !== "");
  }

  /** Names of the files that the provider has made. */
  async made(): Promise<string[]> {
    return (await readdir(this.files)).sort();
  }

  /** Errors of the last update in one text, for assertions that say why. */
  static why(result: UpdateResult): string {
    return JSON.stringify({ failed: result.failed, errors: result.errors, skipped: result.skipped });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
