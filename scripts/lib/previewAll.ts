/** Previews every stack that can be previewed. */
import { readStack } from "../../infra/engine/index.ts";
import { LAYERS } from "../../stacks/layers.ts";
import type { Selection } from "./province.ts";
import { runStack, type StackRun, type StackRunOptions } from "./stackRun.ts";
import { engineOptions, stackName } from "./stacks.ts";

/**
 * Runs the previews in order and calls `onRun` after each. A stack reads what the ones before it gave out, so those after
 * one that has never been up cannot be previewed: their names are in the result.
 */
export async function previewAll(selection: Selection, options: StackRunOptions, onRun: (run: StackRun) => void): Promise<string[]> {
  const [...waiting] = LAYERS;
  for (let layer = waiting.shift(); layer !== undefined; layer = waiting.shift()) {
    onRun(await runStack("preview", layer, selection, options));
    if (await readStack(engineOptions(layer, selection)) === undefined) break;
  }
  return waiting.map((layer) => stackName(layer, selection));
}
