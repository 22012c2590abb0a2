/** The entry of every command: `./egov COMMAND`. One file a command stands beside this one. */
import { Command } from "commander";
import { runProgram } from "./lib/program.ts";
import { auditCommand } from "./audit.ts";
import { benchCommand } from "./bench.ts";
import { conferenceCommand } from "./conference.ts";
import { configCommand } from "./config.ts";
import { downCommand } from "./down.ts";
import { driftCommand } from "./drift.ts";
import { firewallCommand } from "./firewall.ts";
import { inventoryCommand } from "./inventory.ts";
import { mailCommand } from "./mail.ts";
import { peopleCommand } from "./people.ts";
import { previewCommand } from "./preview.ts";
import { refreshCommand } from "./refresh.ts";
import { sshCommand } from "./ssh.ts";
import { stackCommand } from "./stack.ts";
import { stateCommand } from "./state.ts";
import { statusCommand } from "./status.ts";
import { testCommand } from "./test.ts";
import { twinCommand } from "./twin.ts";
import { upCommand } from "./up.ts";

const program = new Command("egov")
  .description("A province's e-government infrastructure as code: describe it, rehearse it, build it, prove it.")
  .addHelpText("after", "\nExit codes: 0 done, 1 an error, 2 findings or differences; as Pulumi: 4 a resource failed, 6 no such stack, 7 changes where none were expected, 8 stopped on request.");

for (const command of [
  upCommand, previewCommand, driftCommand, refreshCommand, downCommand, stackCommand, stateCommand, configCommand, statusCommand, sshCommand, inventoryCommand, mailCommand, peopleCommand, conferenceCommand, firewallCommand, auditCommand, twinCommand, testCommand, benchCommand,
]) {
  program.addCommand(command());
}

await runProgram(program);
