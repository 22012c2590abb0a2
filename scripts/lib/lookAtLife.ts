/** What `refresh` and `drift` share: every stack that is up is read back from its hosts. */
import { readStack } from "../../infra/engine/index.ts";
import { Failure } from "../../inventory/failure.ts";
import { driftLines } from "./changeText.ts";
import { askedOf, type EngineCommandOptions, layersOf, openEngine } from "./engine.ts";
import { printEvent, printReport } from "./eventLog.ts";
import { STACK_NOT_FOUND } from "../../inventory/exitCodes.ts";
import { drainOnSignal } from "./program.ts";
import { select } from "./province.ts";
import { driftSummary, openPlugins, runStack, type StackRun } from "./stackRun.ts";
import { engineOptions, stackName } from "./stacks.ts";

/**
 * Reads the stacks side by side and prints, in their order, where life differs from the state.
 * @throws Failure when no stack is up, or a resource could not be read: after all that could be read is told
 */
export async function lookAtLife(operation: "refresh" | "drift", options: EngineCommandOptions & { readonly diff?: boolean }): Promise<readonly StackRun[]> {
  const selection = select(options);
  const signal = drainOnSignal();
  const engine = await openEngine(options);
  const json = options.json === true;
  const known = await Promise.all(layersOf(options).map(async (layer) => ({ layer, state: await readStack(engineOptions(layer, selection)) })));
  const layers = known.filter(({ state }) => state !== undefined).map(({ layer }) => layer);
  if (layers.length === 0) {
    throw new Failure(`no stack of '${selection.environment.name}' is up`, { advice: "./egov up brings them up.", exitCode: STACK_NOT_FOUND });
  }
  await using plugins = await openPlugins();
  const running = layers.flatMap((layer) => {
    const asked = askedOf(options, stackName(layer, selection));
    if (asked === undefined) return [];
    return [runStack(operation, layer, selection, {
      engine, signal, plugins,
      ...asked,
      ...(json ? { onEvent: printEvent } : {}),
    })];
  });
  const runs: StackRun[] = [];
  const failures: unknown[] = [];
  for (const outcome of await Promise.allSettled(running)) {
    if (outcome.status === "rejected") {
      failures.push(outcome.reason);
      continue;
    }
    runs.push(outcome.value);
    if (json) continue;
    for (const line of outcome.value.drift.flatMap((event) => driftLines(event, { full: options.diff === true }))) console.log(line);
    console.log(`${outcome.value.stack}: ${driftSummary(outcome.value)}`);
  }
  if (json) printReport({ runs });
  if (failures.length > 0) throw failures[0];
  return runs;
}
