/** `./egov down`: takes an environment's stacks back; a twin goes with them and leaves nothing behind. */
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { removeStack } from "../infra/engine/index.ts";
import { twinDown, twinName } from "../infra/twin/index.ts";
import { Failure } from "../inventory/failure.ts";
import { forgetApplied } from "./lib/applied.ts";
import { askedOf, type EngineCommandOptions, layersOf, openEngine, withEngineOptions } from "./lib/engine.ts";
import { printEvent, printReport } from "./lib/eventLog.ts";
import { drainOnSignal } from "./lib/program.ts";
import { runSteps, type Step } from "./lib/progress.ts";
import { select, type Selection } from "./lib/province.ts";
import { openPlugins, runStack, summary } from "./lib/stackRun.ts";
import { LAYERS } from "../stacks/layers.ts";
import { engineOptions, stackName } from "./lib/stacks.ts";

interface DownOptions extends EngineCommandOptions {
  readonly yes?: boolean;
}

export function downCommand(): Command {
  return withEngineOptions(new Command("down"))
    .description("stop a twin and forget its stacks; on real hosts, or with --target or --only, take back what the stacks put there")
    .option("-y, --yes", "do not ask before real hosts are changed")
    .action(async (options: DownOptions) => {
      const selection = select(options);
      const { province, environment } = selection;
      const silent = options.json === true;
      if (environment.kind === "twin" && options.target === undefined && options.only === undefined) {
        // The hosts vanish whole: there is nothing to take back on them first.
        await runSteps([
          { title: `twin ${environment.name}`, run: async () => { await twinDown(twinName(province, environment)); return "gone"; } },
          { title: "stacks", run: async () => { for (const layer of LAYERS.toReversed()) await removeStack(engineOptions(layer, selection)); forgetApplied(selection); return "forgotten"; } },
        ], { silent });
      } else {
        if (environment.kind !== "twin" && options.yes !== true) await ask(environment.name);
        await takeBack(selection, options, silent);
      }
      if (silent) printReport({ environment: environment.name, down: true });
    });
}

async function takeBack(selection: Selection, options: DownOptions, silent: boolean): Promise<void> {
  const signal = drainOnSignal();
  const engine = await openEngine(options);
  await using plugins = await openPlugins();
  await runSteps(layersOf(options).toReversed().flatMap((layer): Step[] => {
    const asked = askedOf(options, stackName(layer, selection));
    if (asked === undefined) return [];
    return [{
      title: stackName(layer, selection),
      run: async (tell) => summary(await runStack("destroy", layer, selection, {
        engine, signal, plugins, tell,
        ...asked,
        ...(silent ? { onEvent: printEvent } : {}),
      }), "destroy"),
    }];
  }), { silent });
}

async function ask(name: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(`the real hosts of '${name}' would lose their configuration and there is no terminal to ask on`, { advice: "Add --yes." });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Take the configuration of all hosts of '${name}' back? Type its name to go on: `);
  terminal.close();
  if (answer.trim() !== name) throw new Failure("nothing was changed");
}
