/** The entry of every command: `./egov COMMAND`. One file a command stands beside this one. */
import { Command } from "commander";
import { runProgram } from "./lib/program.ts";
import { auditCommand } from "./audit.ts";
import { benchCommand } from "./bench.ts";
import { conferenceCommand } from "./conference.ts";
import { downCommand } from "./down.ts";
import { firewallCommand } from "./firewall.ts";
import { inventoryCommand } from "./inventory.ts";
import { mailCommand } from "./mail.ts";
import { peopleCommand } from "./people.ts";
import { previewCommand } from "./preview.ts";
import { sshCommand } from "./ssh.ts";
import { statusCommand } from "./status.ts";
import { testCommand } from "./test.ts";
import { twinCommand } from "./twin.ts";
import { upCommand } from "./up.ts";

const program = new Command("egov")
  .description("A province's e-government infrastructure as code: describe it, rehearse it, build it, prove it.")
  .addHelpText("after", "\nExit codes: 0 done, 1 an error, 2 findings or differences.");

for (const command of [
  upCommand, previewCommand, downCommand, statusCommand, sshCommand, inventoryCommand, mailCommand, peopleCommand, conferenceCommand, firewallCommand, auditCommand, twinCommand, testCommand, benchCommand,
]) {
  program.addCommand(command());
}

await runProgram(program);
