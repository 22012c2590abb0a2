/**
 * One measured run, in a process of its own so that its memory is its own:
 * `node run.ts floor|up|preview|destroy embedded|pulumi FOLDER THINGS`. Prints `{"seconds", "peakMiB"}`, with what the run really did.
 */
import { chooseEngine, type EngineName } from "../../infra/engine/choice.ts";
import { runAgainstNothing } from "./floor.ts";
import { optionsOf } from "./project.ts";

const [operation = "", engineName = "embedded", folder = "", things = "0"] = process.argv.slice(2);
const options = optionsOf(folder, `things-${engineName}`, Number(things));
const startedAt = performance.now();
let counts: unknown;
if (operation === "floor") {
  await runAgainstNothing(options);
} else {
  const engine = await chooseEngine(engineName as EngineName);
  const result = await engine[operation as "up" | "preview" | "destroy"](options);
  if (!result.succeeded) throw new Error(JSON.stringify(result.errors.concat(result.failed.map(({ error }: { error: string }) => error))));
  counts = result.counts;
}
const seconds = (performance.now() - startedAt) / 1000;
console.log(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024, counts }));
