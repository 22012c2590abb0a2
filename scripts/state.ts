/** `./egov state unprotect|delete`: edits a stack's state by hand. No host is touched. */
import { Command } from "commander";
import { deleteFromState, unprotect } from "../infra/engine/index.ts";
import { Failure } from "../inventory/failure.ts";
import { printJson, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { optionsOfKnown, stackArgument } from "./lib/stacks.ts";

export function stateCommand(): Command {
  const command = new Command("state").description("edit a stack's state by hand; a backup is kept, no host is touched");

  withCommonOptions(command.command("unprotect"))
    .description("take the protection off resources, so that they can be deleted or replaced")
    .addArgument(stackArgument())
    .argument("[urns...]", "URNs, as ./egov stack export shows them")
    .option("--all", "all resources of the stack")
    .action(async (stack: string, urns: string[], options: CommonOptions & { all?: boolean }) => {
      if (options.all !== true && urns.length === 0) throw new Failure("no resource is named", { advice: "Name URNs, or give --all." });
      await unprotect(await optionsOfKnown(stack, select(options)), options.all === true ? "all" : urns);
      tell(options, { stack, unprotected: options.all === true ? "all" : urns }, options.all === true ? `nothing of ${stack} is protected any more` : `${urns.length} unprotected`);
    });

  withCommonOptions(command.command("delete"))
    .description("forget resources: they stay on the hosts, and no stack knows of them")
    .addArgument(stackArgument())
    .argument("<urns...>", "URNs, as ./egov stack export shows them")
    .option("--force", "protected ones, too")
    .option("--target-dependents", "and all that need them")
    .action(async (stack: string, urns: string[], options: CommonOptions & { force?: boolean; targetDependents?: boolean }) => {
      await deleteFromState(await optionsOfKnown(stack, select(options)), urns, { force: options.force === true, targetDependents: options.targetDependents === true });
      tell(options, { stack, deleted: urns }, `${stack} has forgotten ${urns.length === 1 ? urns[0] : `${urns.length} resources`}`);
    });
  return command;
}

function tell(options: CommonOptions, report: object, words: string): void {
  if (options.json === true) printJson(report);
  else console.log(words);
}
