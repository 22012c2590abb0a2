/** Previews every stack that can be previewed. */
import { readStack } from "../../infra/engine/index.ts";
import { LAYERS, type Layer } from "../../stacks/layers.ts";
import { askedOf, type EngineCommandOptions, layersOf } from "./engine.ts";
import type { Selection } from "./province.ts";
import { openPlugins, runStack, type StackRun, type StackRunOptions } from "./stackRun.ts";
import { engineOptions, stackName } from "./stacks.ts";

/**
 * Runs the previews side by side and calls `onRun` for each in the stacks' order. A stack reads what the ones before it gave
 * out, so those after one that has never been up cannot be previewed: their names are in the result.
 */
export async function previewAll(selection: Selection, chosen: EngineCommandOptions, options: StackRunOptions, onRun: (run: StackRun) => void): Promise<string[]> {
  await using plugins = await openPlugins();
  const wanted = layersOf(chosen);
  const seen = (await previewable(selection)).filter((layer) => wanted.includes(layer));
  const runs = seen.flatMap((layer) => {
    const asked = askedOf(chosen, stackName(layer, selection));
    if (asked === undefined) return [];
    return [runStack("preview", layer, selection, {
      ...options, plugins,
      ...asked,
    })];
  });
  // The first failure in order is thrown below; whoever fails meanwhile must not end the process.
  for (const run of runs) run.catch(() => {});
  try {
    for (const run of runs) onRun(await run);
  } finally {
    await Promise.allSettled(runs);
  }
  return wanted.filter((layer) => !seen.includes(layer)).map((layer) => stackName(layer, selection));
}

/** The layers up to the first that has never been up. */
async function previewable(selection: Selection): Promise<readonly Layer[]> {
  const known = await Promise.all(LAYERS.map(async (layer) => await readStack(engineOptions(layer, selection)) !== undefined));
  const first = known.indexOf(false);
  return first === -1 ? LAYERS : LAYERS.slice(0, first + 1);
}
