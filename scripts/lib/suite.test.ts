import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { projectDirectory } from "./paths.ts";
import { closingLine, isGood, type RunnerReport } from "./suite.ts";

// Each run is a process of its own with workers of its own, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 120_000 });
const PATIENCE = { timeout: 60_000 };

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((each) => ({ status: each })) });
const report = (counts: Partial<RunnerReport>): RunnerReport => ({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...counts });

describe("the closing line", () => {
  test.each<[string, Partial<RunnerReport>, number, string, boolean]>([
    ["all well", { numPassedTests: 3, testResults: [file("passed", "passed", "passed", "passed")] }, 0, "3 passed, 0 failed", true],
    ["skipped and still to write", { numPassedTests: 1, numPendingTests: 2, numTodoTests: 1 }, 0, "1 passed, 0 failed, 3 skipped", true],
    ["a test that failed counts once, not its file, too", { numPassedTests: 1, numFailedTests: 1, testResults: [file("failed", "passed", "failed")] }, 0, "1 passed, 1 failed", false],
    ["a file that cannot be loaded", { numPassedTests: 1, testResults: [file("passed", "passed"), file("failed")] }, 0, "1 passed, 1 failed", false],
    ["a file whose preparations failed", { numPassedTests: 1, numPendingTests: 2, testResults: [file("failed", "skipped", "skipped")] }, 0, "1 passed, 1 failed, 2 skipped", false],
    ["a worker that died", { numPassedTests: 1 }, 1, "1 passed, 1 failed", false],
    ["nothing ran", {}, 0, "0 passed, 0 failed", false],
    ["everything was skipped", { numPendingTests: 2 }, 0, "0 passed, 0 failed, 2 skipped", false],
  ])("%s", (_name, counts, strayErrors, line, good) => {
    const result = { report: report(counts), strayErrors };
    expect(closingLine(result)).toBe(line);
    expect(isGood(result)).toBe(good);
  });
});

describe("a run", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "egov-suite-"));
    symlinkSync(join(projectDirectory, "node_modules"), join(root, "node_modules"));
    writeFileSync(join(root, "vitest.config.ts"), `export default { test: { maxWorkers: 1, setupFiles: ["${join(import.meta.dirname, "testSetup.ts")}"] } };`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (name: string, text: string): void => writeFileSync(join(root, name), `import { afterAll, expect, test } from "vitest";\nimport { writeFileSync } from "node:fs";\n${text}`);

  /** Runs the suite of `root` as `./egov test` does, in a process group of its own as a terminal would. */
  function start(...filters: string[]): { readonly child: ChildProcess; said(): string; readonly ended: Promise<{ code: number | null; last: string }> } {
    const script = `
import { runProgram, drainOnSignal } from ${JSON.stringify(join(import.meta.dirname, "program.ts"))};
import { runSuite, closingLine } from ${JSON.stringify(join(import.meta.dirname, "suite.ts"))};
import { Command } from ${JSON.stringify(import.meta.resolve("commander"))};
await runProgram(new Command().action(async () => {
  const result = await runSuite({ root: ${JSON.stringify(root)}, filters: ${JSON.stringify(filters)}, signal: drainOnSignal(), output: process.stdout });
  console.log(closingLine(result));
}));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CI: "true", TMPDIR: root } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => { said += text; });
    return { child, said: () => said, ended: new Promise((done) => child.on("close", (code) => done({ code, last: said.trimEnd().split("\n").at(-1)! }))) };
  }

  test("ends with the closing line, alone on it", async () => {
    write("good.test.ts", `test("a", () => {}); test("b", () => expect(1).toBe(2)); test.skip("c", () => {});`);
    write("broken.test.ts", `import "./nothing.ts";`);
    expect(await start().ended).toMatchObject({ last: "1 passed, 2 failed, 1 skipped" });
    expect(await start("good").ended).toMatchObject({ last: "1 passed, 1 failed, 1 skipped" });
  });

  test("of nothing says so", async () => {
    const { ended, said } = start("good");
    expect((await ended).code).toBe(1);
    expect(said()).toMatch(/^no test ran$/m);
  });

  const group = ({ pid }: ChildProcess): number => -pid!;

  test.each<[string, (child: ChildProcess) => void]>([
    ["the whole group, as a terminal does", (child) => void process.kill(group(child), "SIGINT")], ["the command alone", (child) => void child.kill("SIGINT")],
  ])("that is interrupted gives up what runs, cleans up after it, and begins nothing else: %s", async (_name, interrupt) => {
    const [running, cleaned, second] = ["running", "cleaned", "second"].map((name) => join(root, name)) as [string, string, string];
    // The larger file comes first.
    write("a.test.ts", `// ${"-".repeat(500)}
      afterAll(async () => { await new Promise((done) => setTimeout(done, 300)); writeFileSync("${cleaned}", ""); });
      test("long", { timeout: 600_000 }, async () => { writeFileSync("${running}", ""); await new Promise((done) => setTimeout(done, 600_000)); });
      test("next", () => writeFileSync("${second}", ""));`);
    write("b.test.ts", `test("other", () => writeFileSync("${second}", ""));`);
    const { child, said, ended } = start();
    await expect.poll(() => existsSync(running), PATIENCE).toBe(true);
    interrupt(child);
    expect((await ended).last).toMatch(/^0 passed, /);
    expect(said()).toContain("stopping: what has begun is being finished");
    expect(existsSync(cleaned)).toBe(true);
    expect(existsSync(second)).toBe(false);
  });

  test("that is interrupted twice ends at once, and its workers with it", async () => {
    const running = join(root, "running");
    write("a.test.ts", `afterAll(() => new Promise(() => {}), 600_000);
      test("long", { timeout: 600_000 }, async () => { writeFileSync("${running}", ""); await new Promise(() => setInterval(() => {}, 1000)); });`);
    const { child, said, ended } = start();
    await expect.poll(() => existsSync(running), PATIENCE).toBe(true);
    process.kill(group(child), "SIGINT");
    await expect.poll(said, PATIENCE).toContain("once more stops at once");
    process.kill(group(child), "SIGINT");
    expect((await ended).code).toBe(130);
    await expect.poll(() => isThere(group(child)), PATIENCE).toBe(false);
    expect(readdirSync(root).filter((name) => name.startsWith("egov-test-"))).toEqual([]);
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
