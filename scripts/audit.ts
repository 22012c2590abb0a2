/** `./egov audit`: is what is described, built and running what its people rely on. One file a subcommand stands in audit/. */
import { Command } from "commander";
import { registerCommand } from "./audit/register.ts";
import { topologyCommand } from "./audit/topology.ts";
import { whatIfCommand } from "./audit/whatIf.ts";

export function auditCommand(): Command {
  const command = new Command("audit").description("judge the network against law, design and life; exit code 2 with findings");
  for (const subcommand of [topologyCommand, registerCommand, whatIfCommand]) command.addCommand(subcommand());
  return command;
}
