/** `./egov test`: type check, then the whole suite, and a closing line made from the runner's own report. */
import { Command } from "commander";
import { $ } from "zx";
import { CANCELLED } from "../inventory/exitCodes.ts";
import { Failure } from "../inventory/failure.ts";
import { projectDirectory } from "./lib/paths.ts";
import { drainOnSignal, jsonOption, printJson } from "./lib/program.ts";
import { ensureRequirements } from "./lib/requirements.ts";
import { closingLine, isGood, runSuite } from "./lib/suite.ts";

/** What is type-checked for itself: our own programs that run in a browser and in an older Node have other libraries. */
const PROJECTS = [".", "infra/conference/web", "infra/conference/gate", "monitoring/exporters", "audit/topology/page/web"];

export function testCommand(): Command {
  return new Command("test")
    .description("run the tests, those with real hosts included (as root)")
    .argument("[filters...]", "only test files whose path holds one of these")
    .addOption(jsonOption())
    .action(async (filters: string[], { json = false }: { json?: boolean }) => {
      const signal = drainOnSignal();
      await ensureRequirements();
      await checkTypes(json, signal);
      const result = await runSuite({ root: projectDirectory, filters, signal, output: json ? process.stderr : process.stdout });
      if (json) printJson(result.report);
      else console.log(closingLine(result));
      if (signal.aborted) throw new Failure("stopped on request", { exitCode: CANCELLED });
      if (!isGood(result)) throw new Failure(result.report.numPassedTests + result.report.numFailedTests === 0 ? "no test ran" : "tests failed");
    });
}

async function checkTypes(json: boolean, signal: AbortSignal): Promise<void> {
  const run = $({ cwd: projectDirectory, stdio: ["ignore", json ? 2 : "inherit", "inherit"], nothrow: true, signal });
  const ended = await Promise.all(PROJECTS.map((project) => run`node node_modules/typescript/bin/tsc --noEmit -p ${project}`));
  signal.throwIfAborted();
  if (ended.some(({ exitCode }) => exitCode !== 0)) throw new Failure("the type check failed", { advice: "Mend what tsc named above." });
}
