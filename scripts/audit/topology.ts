/** `./egov audit topology`: every check of the network, with its verdicts and remedies. */
import { relative } from "node:path";
import { Command, Option } from "commander";
import { auditTopology, reportLines, type Language } from "../../audit/topology/index.ts";
import { readLife } from "../lib/life.ts";
import { FINDINGS, printJson, withCommonOptions, type CommonOptions } from "../lib/program.ts";
import { select } from "../lib/province.ts";

interface TopologyOptions extends CommonOptions {
  readonly check?: readonly string[];
  readonly lang: Language;
  readonly live?: boolean;
}

export const languageOption = (): Option => new Option("--lang <language>", "language of findings and remedies").choices(["vi", "en"]).default("en");

export function topologyCommand(): Command {
  return withCommonOptions(new Command("topology"))
    .description("judge addressing, resilience, capacity, law and coverage; exit code 2 when anything fails or is unknown")
    .option("--check <names...>", "these checks or groups of checks only, such as resilience or addressing.overlap")
    .option("--live", "ask every host at once, too, and hold what it says against the inventory")
    .addOption(languageOption())
    .action(async (options: TopologyOptions) => {
      const selection = select(options);
      const { province } = selection;
      const readings = options.live === true ? await readLife(selection) : {};
      const report = await auditTopology(province, { ...(options.check !== undefined && { checks: options.check }), readings });
      if (options.json === true) printJson(report);
      else for (const line of reportLines(report, options.lang, relative(process.cwd(), province.directory))) console.log(line);
      if (!report.summary.ok) process.exitCode = FINDINGS;
    });
}
