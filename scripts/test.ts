/** `./egov test`: type check, then the whole suite, and a closing line made from the runner's own report. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { $ } from "zx";
import { Failure } from "../inventory/failure.ts";
import { projectDirectory } from "./lib/paths.ts";
import { jsonOption, printJson } from "./lib/program.ts";
import { ensureRequirements } from "./lib/requirements.ts";

/** The part of vitest's JSON report that is read here. */
interface RunnerReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** What is type-checked for itself: our own programs that run in a browser and in an older Node have other libraries. */
const PROJECTS = [".", "infra/conference/web", "infra/conference/gate", "audit/topology/page/web"];

export function testCommand(): Command {
  return new Command("test")
    .description("run the tests, those with real hosts included (as root)")
    .argument("[filters...]", "only test files whose path holds one of these")
    .addOption(jsonOption())
    .action(async (filters: string[], options: { json?: boolean }) => {
      await ensureRequirements();
      const run = $({ cwd: projectDirectory, stdio: ["ignore", options.json === true ? 2 : "inherit", "inherit"], nothrow: true });
      for (const project of PROJECTS) {
        const types = await run`node node_modules/typescript/bin/tsc --noEmit -p ${project}`;
        if (types.exitCode !== 0) throw new Failure("the type check failed", { advice: "Mend what tsc named above." });
      }

      const directory = await mkdtemp(join(tmpdir(), "egov-test-"));
      try {
        const file = join(directory, "report.json");
        const tests = await run`node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile.json=${file} ${filters}`;
        const report = await readReport(file);
        if (options.json === true) printJson(report);
        else console.log(closingLine(report));
        const ran = report.numPassedTests + report.numFailedTests;
        if (tests.exitCode !== 0 || !report.success || ran === 0) {
          throw new Failure(ran === 0 ? "no test ran" : "tests failed");
        }
      } finally {
        await rm(directory, { recursive: true });
      }
    });
}

async function readReport(file: string): Promise<RunnerReport> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as RunnerReport;
  } catch (cause) {
    throw new Failure("the test runner left no report: it ended before its tests did", { cause });
  }
}

/** `12 passed, 1 failed, 2 skipped`. A file that could not even be loaded counts as one failure. */
function closingLine(report: RunnerReport): string {
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return `${report.numPassedTests} passed, ${report.numFailedTests + unloaded} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
