/** `./egov refresh`: takes what the hosts have into the state. Changes no host. */
import { Command } from "commander";
import { type EngineCommandOptions, withEngineOptions } from "./lib/engine.ts";
import { lookAtLife } from "./lib/lookAtLife.ts";

export function refreshCommand(): Command {
  return withEngineOptions(new Command("refresh"))
    .description("take what the hosts have into the state, so that the next preview shows how to come back from it; changes no host")
    .option("--diff", "show values whole")
    .action(async (options: EngineCommandOptions & { diff?: boolean }) => {
      await lookAtLife("refresh", options);
    });
}
