/** `./egov mail test`: does mail work from every office to another. */
import { Command } from "commander";
import { openAccess } from "../monitoring/access.ts";
import { type MailReport, probeMail } from "../monitoring/probes/mail.ts";
import { mailCredentials } from "./lib/mailCredentials.ts";
import { mailLines, mailMatrix, mailSummary } from "./lib/mailText.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { printJson, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { runSteps } from "./lib/progress.ts";
import { select } from "./lib/province.ts";

export function mailCommand(): Command {
  const command = new Command("mail").description("try the mail service");
  withCommonOptions(command.command("test"))
    .description("from every site, submit over TLS to another site's mailbox, fetch by IMAP, verify DKIM, SPF and DMARC; exit code 2 with the misses")
    .action(async (options: CommonOptions) => {
      const selection = select(options);
      const credentials = await mailCredentials(selection);
      let report: MailReport | undefined;
      await runSteps([{
        title: "mail",
        run: async ({ progress: say }) => {
          await using access = await openAccess(selection.province, selection.environment);
          report = await probeMail(selection.province, access.vantages, credentials, say);
          return mailSummary(report);
        },
      }], { silent: options.json === true });
      if (options.json === true) printJson(report);
      else console.log([mailMatrix(report!), ...mailLines(report!)].join("\n"));
      if (report!.misses.length > 0) process.exitCode = FINDINGS;
    });
  return command;
}
