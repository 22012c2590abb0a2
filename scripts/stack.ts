/** `./egov stack ls|export|import|history`: the stacks' states, as Pulumi keeps them. */
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { exportStack, type HistoryEntry, importStack, listStacks, stackHistory } from "../infra/engine/index.ts";
import { Failure } from "../inventory/failure.ts";
import { printJson, table, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { select } from "./lib/province.ts";
import { engineOptions, layerOf, optionsOfKnown, stackArgument } from "./lib/stacks.ts";

/** Updates shown unless told otherwise. */
const HISTORY_SHOWN = 10;

export function stackCommand(): Command {
  const command = new Command("stack").description("the stacks' states: list, export, import, history");

  withCommonOptions(command.command("ls"))
    .description("the stacks that have a state in the province's folder")
    .action(async (options: CommonOptions) => {
      const stacks = await listStacks(engineOptions("network", select(options)));
      if (options.json === true) printJson(stacks);
      else console.log(table(["STACK", "RESOURCES", "UPDATED", "PENDING"], stacks.map((stack) => [stack.name, String(stack.resources), stack.updatedAt ?? "-", String(stack.pending)])));
    });

  withCommonOptions(command.command("export"))
    .description("print a stack's state in Pulumi's format (pulumi stack import takes it); secrets stay encrypted")
    .addArgument(stackArgument())
    .option("--file <file>", "write it here instead, readable by its owner only")
    .action(async (stack: string, options: CommonOptions & { file?: string }) => {
      const selection = select(options);
      const document = await exportStack(await optionsOfKnown(stack, selection));
      const json = `${JSON.stringify(document, null, 4)}\n`;
      if (options.file === undefined) process.stdout.write(json);
      else write(options.file, json);
    });

  withCommonOptions(command.command("import"))
    .description("replace a stack's state by an exported one; what was there is kept as a backup, no host is touched")
    .addArgument(stackArgument())
    .option("--file <file>", "read it from here instead of standard input")
    .option("--force", "take it although it is another stack's, or does not hold together")
    .action(async (stack: string, options: CommonOptions & { file?: string; force?: boolean }) => {
      const selection = select(options);
      const source = options.file ?? "standard input";
      const document = parse(options.file === undefined ? await text(process.stdin) : read(options.file), source);
      await importStack(engineOptions(layerOf(stack, selection), selection), document, { force: options.force === true });
      if (options.json === true) printJson({ stack, imported: true });
      else console.log(`${stack} has the state of ${source}`);
    });

  withCommonOptions(command.command("history"))
    .description("what was done to a stack, the newest first")
    .addArgument(stackArgument())
    .option("--limit <n>", "how many", Number, HISTORY_SHOWN)
    .action(async (stack: string, options: CommonOptions & { limit: number }) => {
      const selection = select(options);
      const entries = (await stackHistory(await optionsOfKnown(stack, selection))).slice(0, options.limit);
      if (options.json === true) printJson(entries);
      else console.log(table(["WHEN", "WHAT", "SECONDS", "RESULT", "CHANGES"], entries.map(historyRow)));
    });
  return command;
}

function historyRow(entry: HistoryEntry): string[] {
  const changes = Object.entries(entry.resourceChanges).map(([operation, count]) => `${count} ${operation}`).join(", ");
  return [new Date(entry.startTime * 1000).toISOString(), entry.kind, String(entry.endTime - entry.startTime), entry.result, changes];
}

function parse(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Failure(`${source}: is not JSON (${(cause as Error).message})`, { advice: "Give what ./egov stack export, or pulumi stack export, has printed.", cause });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Failure(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { advice: "Name a file that ./egov stack export has written.", cause });
  }
}

function write(file: string, content: string): void {
  try {
    writeFileSync(file, content, { mode: 0o600 });
  } catch (cause) {
    throw new Failure(`${file}: cannot be written (${(cause as NodeJS.ErrnoException).code})`, { advice: "Name a file in a folder that is there and yours.", cause });
  }
}
