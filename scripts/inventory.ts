/** `./egov inventory check|init|restructure`: is the province well described; start another one; rehearse a change of its units. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { checkInventory, initInventory, restructure, writeRestructuring } from "../inventory/index.ts";
import { inventoryDirectory } from "./lib/paths.ts";
import { inventoryOption, jsonOption, printJson } from "./lib/program.ts";
import { restructuringJson, restructuringText } from "./lib/restructureText.ts";

export function inventoryCommand(): Command {
  const command = new Command("inventory").description("check the province's description, start another province, or rehearse a change of its units");

  command
    .command("check")
    .description("find every error in the inventory, each with file, line and remedy; exit code 1 when there is one")
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action((options: { inventory: string; json?: boolean }) => {
      const { province, problems } = checkInventory(inventoryDirectory(options.inventory, existsSync));
      if (problems.length > 0) process.exitCode = 1;
      if (options.json === true) {
        printJson({ problems });
        return;
      }
      for (const p of problems) console.error(`${p.file}:${p.line}:${p.column}: ${p.message}; ${p.remedy}`);
      if (province === undefined) {
        console.error(`${problems.length} ${problems.length === 1 ? "error" : "errors"}`);
        return;
      }
      console.log(
        `${province.name}: ${province.sites.size} sites, ${province.hosts.size} hosts, ${province.links.size} links, ` +
          `${province.communes.size} communes; no errors`,
      );
    });

  command
    .command("init")
    .description("start another province in a new folder: small, complete, ready to come up")
    .argument("<dir>", "a folder that does not exist yet, or is empty")
    .option("--slug <slug>", "short name in ASCII, for names of networks and files (default: the folder's name)")
    .option("--name <name>", "the province's name, in Vietnamese")
    .action((directory: string, options: { slug?: string; name?: string }) => {
      initInventory(resolve(directory), options);
      console.log(`${directory} holds a province of its own. Change it to yours, then:`);
      console.log(`  ./egov inventory check --inventory ${directory}`);
      console.log(`  ./egov up --inventory ${directory}`);
    });

  command
    .command("restructure")
    .description("merge units, abolish a tier, move communes: the new inventory, the steps that lead there and back with every site connected")
    .argument("<plan>", "a YAML file after inventory/schema/restructure.schema.json")
    .option("--out <dir>", "write the new inventory there, in a folder that does not exist yet, with steps/ and steps/back.yaml")
    .addOption(inventoryOption())
    .addOption(jsonOption())
    .action((plan: string, options: { out?: string; inventory: string; json?: boolean }) => {
      const result = restructure(inventoryDirectory(options.inventory, existsSync), plan);
      if (options.out !== undefined) writeRestructuring(resolve(options.out), result);
      if (options.json === true) printJson(restructuringJson(result));
      else console.log(restructuringText(result, options.out));
    });
  return command;
}
