/** `./egov up`: from the inventory to a province that works, and the proof that it does. */
import { createInterface } from "node:readline/promises";
import { Command, Option } from "commander";
import { type Confirmation, CONFIRMATIONS } from "../infra/host/confirm.ts";
import { type TwinReport, twinName, twinStatus, twinUp } from "../infra/twin/index.ts";
import { canaryOf } from "../infra/waves.ts";
import { Failure } from "../inventory/failure.ts";
import { bootedHosts } from "../inventory/index.ts";
import { openAccess } from "../monitoring/access.ts";
import { prove, type ProofReport } from "../monitoring/proof.ts";
import { type StackOutcome, tellStackStates } from "../monitoring/stackState.ts";
import { auditLines, changeSinceApplied, rememberApplied } from "./lib/applied.ts";
import { imagePackages } from "./lib/packages.ts";
import { askedOf, type EngineCommandOptions, layersOf, openEngine, withEngineOptions } from "./lib/engine.ts";
import { printEvent, printReport } from "./lib/eventLog.ts";
import { FINDINGS } from "../inventory/exitCodes.ts";
import { drainOnSignal } from "./lib/program.ts";
import { previewAll } from "./lib/previewAll.ts";
import { runSteps, type Step } from "./lib/progress.ts";
import { proofLines, proofSummary } from "./lib/proofText.ts";
import { select, type Selection } from "./lib/province.ts";
import { ensureRequirements } from "./lib/requirements.ts";
import { openPlugins, runStack, type StackRun, summary } from "./lib/stackRun.ts";
import { isUp, serviceKeys } from "./lib/services.ts";
import { stackName } from "./lib/stacks.ts";
import { communesOption, twinOutcome, twinProgress, type CommunesOption } from "./lib/twinText.ts";

interface UpOptions extends EngineCommandOptions, CommunesOption {
  readonly refresh?: boolean;
  readonly yes?: boolean;
  readonly prove: boolean;
  readonly rollbackOnFailure?: boolean;
  readonly confirm: Confirmation;
}

/** How long routing may take after the last change until a miss counts, seconds. */
const PATIENCE_SECONDS = 30;

export function upCommand(): Command {
  return withEngineOptions(new Command("up"))
    .description("bring the province up: a twin's hosts, every stack in order, and the proof; what is up already is left alone")
    .addOption(communesOption())
    .option("--refresh", "compare the state with the hosts first, and mend what differs")
    .option("-y, --yes", "do not ask before real hosts are changed")
    .option("--no-prove", "leave out the proof")
    .option("--rollback-on-failure", "when anything fails, take back all that this command has changed")
    .addOption(new Option("--confirm <by>", "what a changed router must have again within seconds, or it goes back by itself: a way in and its neighbours, or only the way in")
      .choices(CONFIRMATIONS).env("EGOV_CONFIRM").default("neighbours"))
    .action(async (options: UpOptions) => {
      const selection = select(options);
      const signal = drainOnSignal();
      const report = await bringUp(selection, options, signal);
      if (options.json === true) printReport(report);
      else if (report.proof !== undefined) for (const line of proofLines(report.proof)) console.log(line);
      if (report.proof?.ok === false) process.exitCode = FINDINGS;
    });
}

export interface UpReport {
  readonly twin?: TwinReport;
  readonly stacks: readonly StackRun[];
  readonly proof?: ProofReport;
  readonly durationSeconds: number;
}

async function bringUp(selection: Selection, options: UpOptions, signal: AbortSignal): Promise<UpReport> {
  const { province, environment } = selection;
  const startedAt = performance.now();
  const silent = options.json === true;
  const report: { twin?: TwinReport; stacks: StackRun[]; proof?: ProofReport } = { stacks: [] };
  const refresh = options.refresh === true || await bootsAnew(selection);
  const steps: Step[] = [];
  let ready: Promise<unknown> = Promise.resolve();

  if (environment.kind === "twin") {
    await ensureRequirements();
    const wired = Promise.withResolvers<void>();
    ready = wired.promise;
    steps.push(step(`twin ${environment.name}`, [wired], async ({ progress: say }) => {
      const progress = twinProgress(bootedHosts(province, environment).length);
      report.twin = await twinUp(province, environment.name, {
        packages: imagePackages(province), communes: options.communes, signal, keepLeaving: true, first: canaryOf(province)?.name,
        onEvent: (event) => {
          say(progress(event));
          // Keys and wires are there: the first stack may begin while hosts still boot.
          if (event.kind === "wired") wired.resolve();
        },
      });
      return twinOutcome(report.twin);
    }));
  } else if (options.yes !== true) {
    await askFirst(selection, options, signal);
  }

  const engine = await openEngine(options, { rollbackOnFailure: options.rollbackOnFailure === true });
  await using plugins = await openPlugins();
  const outcomes: StackOutcome[] = [];
  const wave = layersOf(options).flatMap((layer) => {
    const stack = stackName(layer, selection);
    const asked = askedOf(options, stack);
    return asked === undefined ? [] : [{ layer, stack, asked, ended: Promise.withResolvers<void>() }];
  });
  // All programs start at once, for loading them takes longest; each touches hosts only when the one before is done.
  for (const [index, { layer, stack, asked, ended }] of wave.entries()) {
    const after = ready;
    const done = Promise.withResolvers<void>();
    ready = done.promise;
    // What a stack did is kept only when all stacks after it have succeeded.
    const rollback = { rollbackOnFailure: true, keepAfter: wave[index + 1]?.ended.promise ?? Promise.resolve(), onApplied: done.resolve };
    steps.push(step(stack, [done, ended], async (tell) => {
      const run = await runStack("up", layer, selection, {
        engine, signal, after, plugins, refresh, tell,
        ...asked,
        ...(options.rollbackOnFailure === true ? rollback : {}),
        environment: { EGOV_CONFIRM: options.confirm },
        ...(silent ? { onEvent: printEvent } : {}),
      });
      report.stacks.push(run);
      return summary(run, "up");
    }));
    const note = (succeeded: boolean): void => { outcomes.push({ stack, succeeded, endedAt: new Date() }); };
    ended.promise.then(() => note(true), () => note(false));
  }
  try {
    await runSteps([steps], { silent });
  } finally {
    await tellMonitoring(selection, outcomes);
  }
  if (options.only === undefined && options.target === undefined) rememberApplied(selection);
  if (report.twin !== undefined && report.twin.leaving.length > 0) {
    await twinUp(province, environment.name, { packages: imagePackages(province), communes: options.communes, signal });
    if (!silent) console.log(`${report.twin.leaving.join(", ")} left the inventory and the twin`);
  }

  if (options.prove) {
    await runSteps([{
      title: "proof",
      run: async ({ progress }) => {
        signal.throwIfAborted();
        await using access = await openAccess(province, environment);
        report.proof = await prove(province, environment, access, {
          patienceSeconds: PATIENCE_SECONDS, services: await serviceKeys(selection), onProgress: progress,
        });
        return proofSummary(report.proof);
      },
    }], { silent });
  }
  return { ...report, durationSeconds: (performance.now() - startedAt) / 1000 };
}

/** Lets the monitoring know how the stacks ended, where it is up. */
async function tellMonitoring(selection: Selection, outcomes: readonly StackOutcome[]): Promise<void> {
  if (!await isUp("monitoring", selection)) return;
  const { province, environment } = selection;
  await using access = await openAccess(province, environment);
  await tellStackStates(province, access, outcomes);
}

/** A step that others wait for: all of `done` settle with it, those that have not before. */
function step(title: string, done: readonly PromiseWithResolvers<void>[], run: Step["run"]): Step {
  // Whoever waits learns of a failure; where nobody does, the step itself has told it.
  for (const one of done) one.promise.catch(() => {});
  return {
    title,
    run: async (tell) => {
      try {
        const outcome = await run(tell);
        for (const one of done) one.resolve();
        return outcome;
      } catch (error) {
        for (const one of done) one.reject(error);
        throw error;
      }
    },
  };
}

/** Whether hosts are about to be born blank: then the state tells of hosts that are gone, and life has to be asked. */
async function bootsAnew({ province, environment }: Selection): Promise<boolean> {
  return environment.kind === "twin" && (await twinStatus(twinName(province, environment))).state === "down";
}

/** Shows what would change on real hosts and asks. @throws Failure when the answer is no, or there is no one to ask. */
async function askFirst(selection: Selection, options: UpOptions, signal: AbortSignal): Promise<void> {
  const unseen = await previewAll(selection, options, { engine: await openEngine(options), signal }, (run) => { console.error(`${run.stack}: ${summary(run, "preview")}`); });
  for (const stack of unseen) console.error(`${stack}: to be built for the first time`);
  for (const line of auditLines(await changeSinceApplied(selection))) console.error(line);
  if (!process.stdin.isTTY) throw new Failure("real hosts would be changed and there is no terminal to ask on", { advice: "Add --yes." });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Change these hosts? [y/N] ");
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure("nothing was changed");
}
