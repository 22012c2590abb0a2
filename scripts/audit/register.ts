/** `./egov audit register`: the register of connections that the circular asks for (art. 10), as a table or CSV. */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { connectionRegister, registerCsv } from "../../audit/topology/register.ts";
import { Failure } from "../../inventory/failure.ts";
import { printJson, table, withCommonOptions, type CommonOptions } from "../lib/program.ts";
import { select } from "../lib/province.ts";

export function registerCommand(): Command {
  return withCommonOptions(new Command("register"))
    .description("list every connection: agency, since when, channel, capacity, promised availability")
    .option("--csv <file>", "write it as CSV (UTF-8) instead")
    .action((options: CommonOptions & { csv?: string }) => {
      const entries = connectionRegister(select(options).province);
      if (options.csv !== undefined) {
        write(options.csv, registerCsv(entries));
        console.log(`${options.csv}: ${entries.length} channels`);
      } else if (options.json === true) printJson(entries);
      else console.log(table(["CHANNEL", "SITE", "CARRIER", "SINCE", "MBIT/S", "AVAILABILITY", "AGENCY"], entries.map((entry) => [
        entry.channel, entry.site, entry.carrier ?? "-", entry.since ?? "-", String(entry.capacityMbps),
        entry.availabilityPercent === undefined ? "-" : `${entry.availabilityPercent} %`, entry.agency,
      ])));
    });
}

function write(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (cause) {
    throw new Failure(`${file} cannot be written (${(cause as NodeJS.ErrnoException).code ?? "error"})`, { advice: "Name a file in a folder that you may write to.", cause });
  }
}
