/** `./egov down`: takes an environment's stacks back; a twin goes with them and leaves nothing behind. */
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { removeStack } from "../infra/engine/index.ts";
import { twinDown, twinName } from "../infra/twin/index.ts";
import { Failure } from "../inventory/failure.ts";
import { drainOnSignal, printJson, withCommonOptions, type CommonOptions } from "./lib/program.ts";
import { runSteps } from "./lib/progress.ts";
import { select } from "./lib/province.ts";
import { openPlugins, runStack, summary } from "./lib/stackRun.ts";
import { LAYERS } from "../stacks/layers.ts";
import { engineOptions, stackName } from "./lib/stacks.ts";

export function downCommand(): Command {
  return withCommonOptions(new Command("down"))
    .description("stop a twin and forget its stacks; on real hosts, take back what the stacks put there")
    .option("-y, --yes", "do not ask before real hosts are changed")
    .action(async (options: CommonOptions & { yes?: boolean }) => {
      const selection = select(options);
      const { province, environment } = selection;
      const signal = drainOnSignal();
      const silent = options.json === true;
      const layers = LAYERS.toReversed();
      if (environment.kind === "twin") {
        // The hosts vanish whole: there is nothing to take back on them first.
        await runSteps([
          { title: `twin ${environment.name}`, run: async () => { await twinDown(twinName(province, environment)); return "gone"; } },
          { title: "stacks", run: async () => { for (const layer of layers) await removeStack(engineOptions(layer, selection)); return "forgotten"; } },
        ], { silent });
      } else {
        if (options.yes !== true) await ask(environment.name);
        await using plugins = await openPlugins();
        await runSteps(layers.map((layer) => ({
          title: stackName(layer, selection),
          run: async (report) => summary(await runStack("destroy", layer, selection, { signal, plugins, onProgress: report }), "destroy"),
        })), { silent });
      }
      if (silent) printJson({ environment: environment.name, down: true });
    });
}

async function ask(name: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(`the real hosts of '${name}' would lose their configuration and there is no terminal to ask on`, { advice: "Add --yes." });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Take the configuration of all hosts of '${name}' back? Type its name to go on: `);
  terminal.close();
  if (answer.trim() !== name) throw new Failure("nothing was changed");
}
