/** `./egov bench NAME`: figures, each beside its floor or bound, measured now on this machine. */
import { Command } from "commander";
import { benchUp } from "../bench/up.ts";
import { inventoryOption, jsonOption, printJson, table } from "./lib/program.ts";
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
      if (options.json === true) printJson(figures);
      else console.log(table(["FIGURE", "MEASURED", "BOUND", "", "NOTE"], figures.map((f) => [f.name, f.measured, f.bound, f.kept ? "kept" : "MISSED", f.note ?? ""])));
    });
  return command;
}
