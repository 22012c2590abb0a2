/** The suite in its runner, and what came of it in one line. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";

export interface SuiteOptions {
  /** The folder that holds the tests and the runner's configuration. */
  readonly root: string;
  /** Only test files whose path holds one of these; all when there is none. */
  readonly filters: readonly string[];
  /** Stops the suite: what runs is given up and cleans up after itself, nothing else is begun. */
  readonly signal: AbortSignal;
  /** Where the runner tells how it goes, and what failed. */
  readonly output: NodeJS.WriteStream;
}

/** The part of the runner's JSON report that is read here. */
export interface RunnerReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

export interface SuiteResult {
  readonly report: RunnerReport;
  /** Errors that belong to no test: of a worker that died, or of a promise that nobody awaited. They have been printed. */
  readonly strayErrors: number;
}

/**
 * Runs the tests below `root`. Whoever calls this has taken charge of SIGINT and SIGTERM: they are not the runner's own here.
 * @throws Failure when no test file fits, or when the runner itself fails.
 */
export async function runSuite({ root, filters, signal, output }: SuiteOptions): Promise<SuiteResult> {
  // A second's work, which the other commands are spared.
  const { createVitest, TestsNotFoundError } = await import("vitest/node");
  const directory = await mkdtemp(join(tmpdir(), "egov-test-"));
  // Whoever interrupts twice leaves no time for more.
  process.once("exit", () => rmSync(directory, { recursive: true }));
  const file = join(directory, "report.json");
  const ours = { SIGINT: process.listeners("SIGINT"), SIGTERM: process.listeners("SIGTERM") };
  // Failures on a stream of their own could arrive after the closing line.
  const vitest = await createVitest("test", { root, watch: false, reporters: ["default", ["json", { outputFile: file }]] }, {}, { stdout: output, stderr: output });
  try {
    // On a signal the runner would end within a millisecond, and its workers with it: hosts would be left standing.
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      for (const listener of process.listeners(name)) if (!ours[name].includes(listener)) process.off(name, listener);
    }
    const stop = (): void => void vitest.cancelCurrentRun("keyboard-input");
    signal.addEventListener("abort", stop);
    signal.throwIfAborted();
    const { unhandledErrors } = await vitest.start([...filters]).finally(() => signal.removeEventListener("abort", stop));
    return { report: JSON.parse(await readFile(file, "utf8")) as RunnerReport, strayErrors: unhandledErrors.length };
  } catch (error) {
    if (error instanceof TestsNotFoundError) throw new Failure("no test ran", { advice: "Name a part of a test file's path." });
    throw error;
  } finally {
    await vitest.close();
  }
}

/** How many tests failed. A file that failed without any of its tests, because it could not be loaded or prepared, counts as one. */
function failures({ report, strayErrors }: SuiteResult): number {
  const filesAlone = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"));
  return report.numFailedTests + filesAlone.length + strayErrors;
}

/** Whether something ran, and all of it well. */
export function isGood(result: SuiteResult): boolean {
  return result.report.numPassedTests > 0 && failures(result) === 0;
}

/** `12 passed, 1 failed, 2 skipped`. */
export function closingLine(result: SuiteResult): string {
  const { numPassedTests, numPendingTests, numTodoTests } = result.report;
  const skipped = numPendingTests + numTodoTests;
  return `${numPassedTests} passed, ${failures(result)} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
