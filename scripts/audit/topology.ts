/** `./egov audit topology`: every check of the network, with its verdicts and remedies. */
import { relative } from "node:path";
import { Command, Option } from "commander";
import { auditTopology, changeLines, compareReports, provinceAgainst, reportLines, type AuditOptions } from "../../audit/topology/index.ts";
import type { Province } from "../../inventory/model.ts";
import { readLife, readPrometheus } from "../lib/life.ts";
import { FINDINGS } from "../../inventory/exitCodes.ts";
import { withPictures, writePictures, type PictureOptions } from "../lib/pictures.ts";
import { printJson, withCommonOptions, type CommonOptions } from "../lib/program.ts";
import { select, type Selection } from "../lib/province.ts";

interface TopologyOptions extends CommonOptions, PictureOptions {
  readonly check?: readonly string[];
  readonly live?: boolean;
  readonly prometheus?: string;
  readonly against?: string;
  readonly saturate?: string;
}

export const languageOption = (): Option => new Option("--lang <language>", "language of findings and remedies").choices(["vi", "en"]).default("en");

export function topologyCommand(): Command {
  const command = withCommonOptions(new Command("topology"))
    .description("judge addressing, resilience, capacity, law and coverage; exit code 2 when anything fails or is unknown")
    .option("--check <names...>", "these checks or groups of checks only, such as resilience or addressing.overlap")
    .option("--live", "ask every host at once, too, and the monitoring host's Prometheus, and hold what they say against the inventory")
    .option("--prometheus <url>", "ask this Prometheus what links carried in the last seven days, with or without --live; NODE_EXTRA_CA_CERTS=FILE names its authority")
    .addOption(new Option("--against <rev-or-dir>", "say what changes in every verdict since a revision of the repository or another folder, by the inventory alone; exit code 2 when one gets worse")
      .conflicts(["live", "prometheus", "saturate", "html", "svg", "pdf"]))
    .option("--saturate <link>", "fill a twin's link to an office with traffic of all classes for some seconds, too; implies --live")
    .addOption(languageOption());
  return withPictures(command)
    .action(async (options: TopologyOptions) => {
      const selection = select(options);
      const { province } = selection;
      if (options.against !== undefined) {
        await compare(province, options.against, options);
        return;
      }
      const readings = await readingsOf(selection, options);
      const report = await auditTopology(province, { ...(options.check !== undefined && { checks: options.check }), readings });
      for (const file of await writePictures(province, report, options)) console.error(`${file} is written`);
      if (options.json === true) printJson(report);
      else for (const line of reportLines(report, options.lang, relative(process.cwd(), province.directory))) console.log(line);
      if (!report.summary.ok) process.exitCode = FINDINGS;
    });
}

async function readingsOf(selection: Selection, { check, live, prometheus, saturate }: TopologyOptions): Promise<NonNullable<AuditOptions["readings"]>> {
  if (live === true || saturate !== undefined) return await readLife(selection, { ...(check && { checks: check }), ...(prometheus && { prometheus }), ...(saturate && { saturate }) });
  return prometheus === undefined ? {} : await readPrometheus(selection, prometheus);
}

/** Both states are judged by their inventories alone: nobody can ask the network of yesterday. */
async function compare(province: Province, against: string, { check, json, lang }: TopologyOptions): Promise<void> {
  const options = check === undefined ? {} : { checks: check };
  const before = await auditTopology(provinceAgainst(province.directory, against), options);
  const after = await auditTopology(province, options);
  const change = compareReports(before, after);
  if (json === true) printJson({ before: before.summary, after: after.summary, ...change });
  else if (change.verdicts.length === 0 && change.sentences.length === 0) console.log("no verdict changes");
  else for (const line of changeLines(change, lang)) console.log(line);
  if (change.verdicts.some(({ kind }) => kind === "worse")) process.exitCode = FINDINGS;
}
