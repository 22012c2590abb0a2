/** The real CLI, where a supported one is on the PATH, in turns with the embedded engine. */
import { execFile } from "node:child_process";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Engine, choose, embeddedEngine } from "../choice.ts";
import type { EngineOptions } from "../index.ts";
import { TestProject } from "../testing.ts";
import { findCli } from "./find.ts";

// Each run starts the CLI, its language host, the program and the provider.
vi.setConfig({ testTimeout: 240_000 });

const found = await findCli();

describe.skipIf(found?.supported !== true)("the Pulumi CLI", () => {
  // Nothing of the user's own is read or written.
  const options = (more: Partial<EngineOptions> = {}): EngineOptions => {
    const own = project.options(more);
    return { ...own, environment: { ...own.environment, PULUMI_HOME: join(project.root, "home") } };
  };
  const cli = (): Engine => choose("pulumi", {}, found);
  let project: TestProject;
  beforeEach(async () => {
    project = await TestProject.create();
  });
  afterEach(() => project.remove());

  test("makes a new stack, which the embedded engine finds as it is, and the other way round", async () => {
    await project.program(`
      class Group extends pulumi.ComponentResource { constructor(name: string) { super("trial:index:Group", name, {}); } }
      const parent = new Group("g");
      const a = new File("a", { content: pulumi.secret("a canary") }, { parent });
      new File("b", { content: a.size.apply(String) }, { parent, protect: false });
      export const size = a.size; export const hidden = pulumi.secret("a canary");`);
    const planned = await cli().preview(options());
    expect(planned.succeeded, TestProject.why(planned)).toBe(true);
    expect(planned.counts).toMatchObject({ create: 4 });
    expect(await readdir(project.root)).not.toContain(".pulumi");

    const made = await cli().up(options());
    expect(made.succeeded, TestProject.why(made)).toBe(true);
    expect(made.counts).toMatchObject({ create: 4, update: 0, delete: 0 });
    expect(made.outputs).toEqual({ size: 8, hidden: "[secret]" });
    expect(await project.made()).toEqual(["a", "b"]);
    const kept = await readdir(project.root, { recursive: true, withFileTypes: true });
    // All that either engine has written: state, history, backups, settings, logs.
    const written = kept.filter((entry) => entry.isFile() && /\/(\.pulumi|home)(\/|$)|Pulumi\.test\.yaml$/.test(join(entry.parentPath, entry.name)));
    expect(written.length).toBeGreaterThan(5);
    for (const { parentPath, name } of written) expect(await readFile(join(parentPath, name), "latin1")).not.toContain("a canary");

    const same = await embeddedEngine.preview(options());
    expect(same.counts, TestProject.why(same)).toMatchObject({ same: 4, create: 0, update: 0 });

    await project.program(`new File("a", { content: "changed" }); new File("c");`);
    const changed = await embeddedEngine.up(options());
    expect(changed.succeeded, TestProject.why(changed)).toBe(true);
    const before = await project.state();
    const unchanged = await cli().preview(options());
    expect(unchanged.counts, TestProject.why(unchanged)).toMatchObject({ same: 3, create: 0, update: 0, delete: 0 });
    expect(unchanged.changed).toBe(false);
    expect(await project.state()).toBe(before);

    const gone = await cli().destroy(options());
    expect(gone.succeeded, TestProject.why(gone)).toBe(true);
    expect(await project.made()).toEqual([]);
  });

  test("tells of changes, replacements and failures as the embedded engine does", async () => {
    const first = `new File("a"); new File("b", { content: "one\\ntwo" }); new File("c"); new File("s", { content: pulumi.secret("one") });`;
    const second = `
      const a = new File("a", { path: dir + "/moved" });
      new File("b", { content: "one\\n2" });
      new File("s", { content: pulumi.secret("two") });
      const bad = new File("bad", { content: "FAIL" });
      new File("needy", {}, { dependsOn: bad });`;
    const stories: { result: unknown; events: unknown }[] = [];
    for (const engine of [embeddedEngine, cli()]) {
      await rm(join(project.root, ".pulumi"), { recursive: true, force: true });
      await project.program(first);
      const made = await engine.up(options());
      expect(made.succeeded, TestProject.why(made)).toBe(true);
      await project.program(second);
      project.events.length = 0;
      const { counts, failed, errors, outputs, changed, succeeded, aborted } = await engine.up(options());
      const events = project.events.flatMap((event) => (event.kind === "done" || event.kind === "failed" ? [{ ...event, durationSeconds: 0 }] : []));
      stories.push({ result: { counts, failed, errors, outputs, changed, succeeded, aborted }, events: events.sort((x, y) => (`${x.urn}${x.op}` < `${y.urn}${y.op}` ? -1 : 1)) });
    }
    expect(stories[1]).toEqual(stories[0]);
  });

  test("finds what life and state differ in", async () => {
    await project.program(`new File("a"); new File("b");`);
    await cli().up(options());
    await rm(join(project.files, "b"));
    const before = await project.state();
    project.events.length = 0;
    const looked = await cli().drift(options());
    expect(looked.succeeded, TestProject.why(looked)).toBe(true);
    expect(project.events.filter((event) => event.kind === "drift")).toMatchObject([{ name: "b", gone: true }]);
    expect(await project.state()).toBe(before);
  });

  test("stops when the caller says so, and does only what is aimed at", async () => {
    await project.program(`new File("a"); new File("b");`);
    const aimed = await cli().up(options({ targets: ["**::b"] }));
    expect(aimed.succeeded, TestProject.why(aimed)).toBe(true);
    expect(await project.made()).toEqual(["b"]);

    await project.program(`const bad = new File("bad", { content: "FAIL" }); new File("b", { content: "late", delayMilliseconds: 1 }, { dependsOn: bad });`);
    const stopped = await cli().up(options({ stopOn: ({ name }) => `${name} will not do` }));
    expect(stopped).toMatchObject({ succeeded: false, errors: ["bad will not do"], remaining: [expect.stringMatching(/::b$/)] });
    expect(await readFile(join(project.files, "b"), "utf8")).toBe("b");
  });

  test("a refresh takes life into the state, as the embedded engine counts it", async () => {
    await project.program(`new File("a"); new File("b"); new File("c");`);
    await cli().up(options());
    const state = await project.state();
    await rm(join(project.files, "b"));
    await writeFile(join(project.files, "c"), "by hand");
    const results: unknown[] = [];
    for (const engine of [embeddedEngine, cli()]) {
      await writeFile(project.statePath, state);
      const { succeeded, counts, changed, drift } = await engine.refresh(options());
      results.push({ succeeded, counts, changed, drift: drift.toSorted((x, y) => (x.urn < y.urn ? -1 : 1)) });
      expect((await embeddedEngine.drift(options())).drift).toEqual([]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ succeeded: true, counts: { same: 1, update: 1, delete: 1 } });
  });

  test("what it cannot do is refused by name", async () => {
    await project.program(`new File("a");`);
    await expect(cli().up(options({ rollbackOnFailure: true }))).rejects.toThrow("--rollback-on-failure");
    expect(await project.made()).toEqual([]);
  });

  test("takes over what the embedded engine had done when it was killed", async () => {
    await project.program(`const a = new File("a"); new File("b", { delayMilliseconds: 600_000 }, { dependsOn: a });`);
    const engine = new URL("../index.ts", import.meta.url).href;
    const { onEvent: _onEvent, ...plain } = options();
    const code = `import { up } from ${JSON.stringify(engine)};
      await up({ ...${JSON.stringify(plain)}, onEvent: ({ kind, name }) => { if (kind === "start" && name === "b") process.kill(process.pid, "SIGKILL"); } });`;
    await expect(promisify(execFile)(process.execPath, ["--input-type=module", "-e", code])).rejects.toMatchObject({ signal: "SIGKILL" });

    await project.program(`const a = new File("a"); new File("b", {}, { dependsOn: a });`);
    const planned = await cli().preview(options());
    expect(planned.counts, TestProject.why(planned)).toMatchObject({ same: 2, create: 1 });
    const result = await cli().up(options());
    expect(result.counts, TestProject.why(result)).toMatchObject({ same: 2, create: 1 });
    expect(await project.made()).toEqual(["a", "b"]);
  });

  test("an abort lets what has begun finish", async () => {
    await project.program(`const a = new File("a", { delayMilliseconds: 1500 }); new File("b", {}, { dependsOn: a });`);
    const controller = new AbortController();
    const result = await cli().up(options({
      signal: controller.signal,
      onEvent: (event) => { if (event.kind === "start" && event.name === "a") controller.abort(); },
    }));
    expect(result).toMatchObject({ succeeded: false, aborted: true });
    expect(await project.made()).toEqual(["a"]);
    expect(await project.state()).toContain("::a");
  });

  test("ends with whoever drives it: no program and no plugin is left", async () => {
    await project.program(`new File("a", { delayMilliseconds: 600_000 });`);
    const { onEvent: _onEvent, ...plain } = options();
    const code = `import { choose } from ${JSON.stringify(new URL("../choice.ts", import.meta.url).href)};
      const cli = choose("pulumi", {}, ${JSON.stringify(found)});
      await cli.up({ ...${JSON.stringify(plain)}, onEvent: ({ kind, name }) => { if (kind === "start" && name === "a") process.exit(130); } });`;
    await expect(promisify(execFile)(process.execPath, ["--input-type=module", "-e", code])).rejects.toMatchObject({ code: 130 });
    await expect.poll(() => processesWith(project.root), { timeout: 20_000 }).toEqual([]);
  });

  test("what it cannot begin with is one line", async () => {
    await project.program(`new File("a");`);
    await cli().up(options());
    project.passphrase = "wrong";
    await expect(cli().up(options())).rejects.toThrow(/Pulumi.test.yaml: the passphrase is wrong$/);
  });

  test("what it waits for has failed: nothing is touched", async () => {
    await project.program(`new File("a");`);
    const result = await cli().up(options({ after: Promise.reject(new Error("the twin does not boot")) }));
    expect(result).toMatchObject({ succeeded: false, errors: ["nothing was touched, for what it waits for failed"] });
    expect(await readdir(project.root)).not.toContain(".pulumi");
    expect(await project.made()).toEqual([]);
  });

  test("a program that throws deletes nothing", async () => {
    await project.program(`new File("a");`);
    await cli().up(options());
    await project.program(`throw new Error("no luck");`);
    const result = await cli().up(options());
    expect(result).toMatchObject({ succeeded: false, errors: ["Error: no luck"], failed: [] });
    expect(await readFile(join(project.files, "a"), "utf8")).toBe("a");
  });
});

/** Command lines of the processes whose environment holds a text. */
async function processesWith(text: string): Promise<string[]> {
  const read = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map(async (pid) => ((await read(pid, "environ")).includes(text) ? [(await read(pid, "cmdline")).replaceAll("\0", " ")] : [])));
  return lines.flat();
}
