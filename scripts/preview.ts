/** `./egov preview`: what `up` would change, file by file and line by line. Touches nothing. */
import { Command } from "commander";
import { auditLines, changeSinceApplied } from "./lib/applied.ts";
import { stepLines } from "./lib/changeText.ts";
import { type EngineCommandOptions, openEngine, withEngineOptions } from "./lib/engine.ts";
import { printEvent, printReport } from "./lib/eventLog.ts";
import { CHANGES_NOT_EXPECTED } from "../inventory/exitCodes.ts";
import { drainOnSignal } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { previewAll } from "./lib/previewAll.ts";
import { type StackRun, summary } from "./lib/stackRun.ts";

interface PreviewOptions extends EngineCommandOptions {
  readonly diff?: boolean;
  readonly expectNoChanges?: boolean;
  readonly refresh?: boolean;
}

export function previewCommand(): Command {
  return withEngineOptions(new Command("preview"))
    .description("show what up would change, line by line; touches nothing")
    .option("--diff", "show values whole, and all that a new resource or one to delete holds")
    .option("--expect-no-changes", `exit with code ${CHANGES_NOT_EXPECTED} when anything would change`)
    .option("--refresh", "look at the hosts first: show what differs from life, not from the last up")
    .action(async (options: PreviewOptions) => {
      const selection = select(options);
      const signal = drainOnSignal();
      const engine = await openEngine(options);
      const json = options.json === true;
      const runs: StackRun[] = [];
      const running = { engine, signal, refresh: options.refresh === true, ...(json ? { onEvent: printEvent } : {}) };
      const unseen = await previewAll(selection, options, running, (run) => {
        runs.push(run);
        if (json) return;
        for (const line of run.changes.flatMap((change) => stepLines(change, { full: options.diff === true }))) console.log(line);
        console.log(`${run.stack}: ${summary(run, "preview")}`);
      });
      const audit = await changeSinceApplied(selection);
      if (json) {
        printReport({ runs, unseen, ...(audit === undefined ? {} : { audit }) });
      } else {
        for (const stack of unseen) console.log(`${stack}: to be previewed when the stacks before it are up`);
        for (const line of auditLines(audit)) console.log(line);
      }
      if (options.expectNoChanges === true && runs.some((run) => run.changes.length > 0)) process.exitCode = CHANGES_NOT_EXPECTED;
    });
}
