/** `./egov bench NAME`: figures, each beside its floor or bound, measured now on this machine. */
import { Argument, Command } from "commander";
import { benchAudit } from "../bench/audit.ts";
import { benchAuditLive } from "../bench/auditLive.ts";
import { benchEngine, ENGINE_PARTS } from "../bench/engine.ts";
import type { Figure } from "../bench/figure.ts";
import { benchServices, SERVICES } from "../bench/services.ts";
import { benchUp } from "../bench/up.ts";
import { inventoryOption, jsonOption, printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { ensureRequirements } from "./lib/requirements.ts";

export function benchCommand(): Command {
  const command = new Command("bench").description("measure, and print each figure beside its floor or bound");
  command
    .command("up")
    .description("a province from nothing to proof, again without change, with a site more, with a link cut, with all communes")
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action(async (options: { inventory: string; json?: boolean }) => {
      await ensureRequirements();
      const figures = await benchUp(options.inventory, (line) => { console.error(line); });
      print(figures, options.json);
    });
  command
    .command("audit")
    .description("the topology audit: the province offline, the page of 600 nodes, and every failure of networks of up to 10,000 nodes")
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action(async (options: { inventory: string; json?: boolean }) => {
      print(await benchAudit(options.inventory, (line) => { console.error(line); }), options.json);
    });
  command
    .command("engine")
    .description("the engine: what it adds to the SDK, its journal, its memory, and files on 50 hosts beside Ansible and pyinfra (from PyPI)")
    .addArgument(new Argument("[parts...]", "these only").choices(Object.keys(ENGINE_PARTS)).default(Object.keys(ENGINE_PARTS)))
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action(async (parts: readonly string[], options: { inventory: string; json?: boolean }) => {
      await ensureRequirements();
      print(await benchEngine(parts, options.inventory, (line) => { console.error(line); }), options.json);
    });
  withCommonOptions(command.command("audit-live"))
    .description("the topology audit of a twin that is up: every host asked")
    .action(async (options: CommonOptions) => {
      print([await benchAuditLive(select(options))], options.json);
    });
  withCommonOptions(command.command("services"))
    .description("the services of a twin that is up: mail, conference, monitoring")
    .addArgument(new Argument("[services...]", "these only").choices(Object.keys(SERVICES)).default(Object.keys(SERVICES)))
    .action(async (services: readonly string[], options: CommonOptions) => {
      print(await benchServices(services, select(options), (line) => { console.error(line); }), options.json);
    });
  return command;
}

function print(figures: readonly Figure[], json = false): void {
  if (json) printJson(figures);
  else console.log(table(["FIGURE", "MEASURED", "BOUND", "", "NOTE"], figures.map((f) => [f.name, f.measured, f.bound, f.kept ? "kept" : "MISSED", f.note ?? ""])));
}
