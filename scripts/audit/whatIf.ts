/** `./egov audit what-if`: what a failure does, predicted; with --run a twin suffers it, and both are compared. */
import { Command } from "commander";
import { execute, type Execution } from "../../audit/topology/live/execute.ts";
import { causeOf, singleCauses, together, whatIf, type Cause, type WhatIf } from "../../audit/topology/whatIf.ts";
import { Failure } from "../../inventory/failure.ts";
import { openAccess } from "../../monitoring/access.ts";
import { FINDINGS } from "../../inventory/exitCodes.ts";
import { drainOnSignal, printJson, withCommonOptions, type CommonOptions } from "../lib/program.ts";
import { select, type Selection } from "../lib/province.ts";

interface WhatIfOptions extends CommonOptions {
  readonly fail?: readonly string[];
  readonly all?: boolean;
  readonly run?: boolean;
}

/** Ways shown in full; the rest is counted. */
const SHOWN = 12;

export function whatIfCommand(): Command {
  return withCommonOptions(new Command("what-if"))
    .description("what a failure does to reachability and paths; exit code 2 when a twin that suffers it disagrees with the prediction")
    .option("--fail <what...>", "what fails, at once: link:NAME, node:NAME (all its links), risk:SLUG (all that share it)")
    .option("--all", "every single link and every router, one after the other")
    .option("--run", "let the twin suffer it, compare, and restore it whatever happens")
    .action(async (options: WhatIfOptions) => {
      const selection = select(options);
      const causes = causesOf(selection, options);
      if (options.run !== true) {
        const predictions = causes.map((cause) => whatIf(selection.province, cause));
        if (options.json === true) printJson(predictions);
        else for (const prediction of predictions) for (const line of predictionLines(prediction, options.all === true)) console.log(line);
        return;
      }
      await carryOut(selection, causes, options);
    });
}

function causesOf({ province }: Selection, options: WhatIfOptions): Cause[] {
  if (options.all === true && options.fail !== undefined) throw new Failure("--all and --fail exclude each other", { advice: "Use --all for every single failure, --fail for those that you name." });
  if (options.all === true) return singleCauses(province);
  if (options.fail === undefined) throw new Failure("nothing is to fail", { advice: "Name it: --fail link:NAME, node:NAME or risk:SLUG; or use --all." });
  return [together(options.fail.map((text) => causeOf(province, text)))];
}

async function carryOut({ province, environment }: Selection, causes: readonly Cause[], options: WhatIfOptions): Promise<void> {
  if (environment.kind !== "twin") throw new Failure(`'${environment.name}' is no twin: nothing is cut on real hosts`, { advice: "Use an environment of kind twin, or leave --run out." });
  const servers = causes.flatMap((cause) => cause.hosts);
  if (servers.length > 0) throw new Failure(`${servers.join(", ")} cannot be failed by cutting links: no link ends there`, { advice: "Leave --run out; or try the loss of a server by hand: ./egov twin exec HOST -- systemctl poweroff." });
  const signal = drainOnSignal();
  const startedAt = performance.now();
  await using access = await openAccess(province, environment);
  const tell = (execution: Execution): void => { if (options.json !== true) for (const line of executionLines(execution)) console.log(line); };
  const executions = await execute(province, environment, access, causes, { signal, onDone: tell });
  const seconds = (performance.now() - startedAt) / 1000;
  const disagreements = executions.reduce((sum, one) => sum + one.disagreements.length, 0);
  if (options.json === true) printJson({ executions, disagreements, seconds });
  else console.log(`${executions.length} of ${causes.length} failures carried out in ${seconds.toFixed(1)} s: ${disagreements} disagreements; all is restored`);
  if (signal.aborted) throw signal.reason;
  if (disagreements > 0) process.exitCode = FINDINGS;
}

export function predictionLines(prediction: WhatIf, brief: boolean): string[] {
  const { cause, sites, pairs, changed } = prediction;
  const head = `${cause}: ${sites.reached}/${sites.total} sites reach the data center, ${pairs.reached}/${pairs.total} pairs each other; ${changed.length} ways change`;
  if (brief) return [head];
  const worst = changed.toSorted((a, b) => ORDER.indexOf(a.outlook) - ORDER.indexOf(b.outlook));
  return [
    head,
    ...worst.slice(0, SHOWN).map(({ from, to, family, before, after }) => `  ${from} → ${to} (${family}): ${after.join(" | ") || "nothing"}  instead of  ${before.join(" | ") || "nothing"}`),
    ...(changed.length > SHOWN ? [`  … and ${changed.length - SHOWN} more (--json shows all)`] : []),
  ];
}
const ORDER: readonly string[] = ["no", "some", "yes"];

function executionLines({ cause, settledSeconds, healedSeconds, disagreements, losses }: Execution): string[] {
  const time = (seconds: number | undefined): string => (seconds === undefined ? "never" : `after ${seconds.toFixed(1)} s`);
  const lost = losses === undefined ? "; what was lost is not known" : `; ${losses.site} lost ${losses.classes.map((one) => `${one.class} ${one.lostMilliseconds} ms`).join(", ")}`;
  return [
    `${cause}: as predicted ${time(settledSeconds)}, whole again ${time(healedSeconds)}${lost}`,
    ...disagreements.slice(0, SHOWN).map((one) => `  DISAGREES ${one.from} → ${one.to} (${one.family}, ${one.about}): predicted ${one.predicted}, found ${one.found}`),
    ...(disagreements.length > SHOWN ? [`  … and ${disagreements.length - SHOWN} more (--json shows all)`] : []),
  ];
}
