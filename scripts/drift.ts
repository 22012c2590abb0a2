/** `./egov drift`: where the hosts differ from what the last `up` left there. Changes nothing. */
import { Command } from "commander";
import { type EngineCommandOptions, withEngineOptions } from "./lib/engine.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { lookAtLife } from "./lib/lookAtLife.ts";

export function driftCommand(): Command {
  return withEngineOptions(new Command("drift"))
    .description(`compare the hosts with what the last up left there, line by line; changes nothing; exit code ${FINDINGS} when they differ`)
    .option("--diff", "show values whole")
    .action(async (options: EngineCommandOptions & { diff?: boolean }) => {
      const runs = await lookAtLife("drift", options);
      if (runs.some((run) => run.drift.length > 0)) process.exitCode = FINDINGS;
    });
}
