/** Drives the Pulumi CLI as the embedded engine is driven: same options, same events, same result. */
import { Failure } from "../../../inventory/failure.ts";
import type { Engine } from "../choice.ts";
import { Report } from "../report.ts";
import type { ResourceState } from "../resourceState.ts";
import { readStack } from "../stack.ts";
import type { EngineOptions, UpdateResult } from "../types.ts";
import { isProviderType } from "../urn.ts";
import { type CliOperation, commandEnvironment, commandLine } from "./command.ts";
import { EventServer } from "./eventServer.ts";
import { Translator } from "./events.ts";
import { cliFailure } from "./failure.ts";
import type { Cli } from "./find.ts";
import { type Ground, openGround } from "./ground.ts";
import { CliProcess } from "./process.ts";

export const noRollback = "the Pulumi CLI cannot take back what a failed update has done (--rollback-on-failure)";

/** The CLI as an engine. */
export function cliEngine(cli: Cli): Engine {
  const run = (operation: CliOperation) => (options: EngineOptions): Promise<UpdateResult> => runCli(cli, operation, options);
  return {
    name: "pulumi",
    title: `Pulumi CLI ${cli.version}`,
    preview: run("preview"),
    up: run("up"),
    destroy: run("destroy"),
    refresh: run("refresh"),
    drift: run("drift"),
  };
}

/** Runs one command of the CLI from beginning to end. Throws a Failure when it cannot even begin. */
async function runCli(cli: Cli, operation: CliOperation, options: EngineOptions): Promise<UpdateResult> {
  const begun = Date.now();
  refuse(operation, options);
  // It may reject long before anybody here waits for it; whoever gave it knows of that.
  options.after?.catch(() => undefined);
  const changesNothing = operation === "preview" || operation === "drift";
  const report = new Report(options, changesNothing);
  const translator = new Translator(report, { preview: changesNothing, looking: operation === "refresh" || operation === "drift" });
  const ready = await (options.after ?? Promise.resolve()).then(() => true, () => false);
  if (!ready) report.error("nothing was touched, for what it waits for failed", "engine");
  const before = (await readStack(options))?.resources ?? [];
  if (ready && options.signal?.aborted !== true) {
    await using ground = await openGround(operation, options);
    if (ground.exists) await perform(cli, operation, options, ground, translator);
  }
  const result = resultOf(options, before, report, translator, begun);
  report.emit({ kind: "summary", result });
  return result;
}

/** What the embedded engine can do and the CLI cannot. */
function refuse(operation: CliOperation, options: EngineOptions): void {
  const advice = "--engine embedded can.";
  if (operation === "up" && options.rollbackOnFailure === true) throw new Failure(noRollback, { advice });
  if (options.providerTimeoutSeconds !== undefined) throw new Failure("the Pulumi CLI cannot bound the time of every provider's call (providerTimeoutSeconds)", { advice });
}

async function perform(cli: Cli, operation: CliOperation, options: EngineOptions, ground: Ground, translator: Translator): Promise<void> {
  await using server = await EventServer.open((event) => translator.see(event));
  const running = new CliProcess(cli.path, commandLine(operation, options, ground.place, server.address), {
    cwd: options.projectDirectory,
    environment: commandEnvironment(options, ground.place),
  });
  const onAbort = (): void => running.interrupt();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const ending = await running.ended;
    translator.finish(ending.code === 0);
    if (ending.code === 0 || options.signal?.aborted === true) return;
    const failure = cliFailure(cli, ending, running.errors);
    if (!translator.told) throw failure;
    translator.blame(failure);
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
  }
}

function resultOf(options: EngineOptions, before: readonly ResourceState[], report: Report, translator: Translator, begun: number): UpdateResult {
  const { counts } = report;
  const aborted = options.signal?.aborted === true;
  if (aborted || report.halted !== undefined) {
    for (const { urn, type } of before) if (!translator.seen.has(urn) && !isProviderType(type)) report.remaining.add(urn);
  }
  return {
    succeeded: !report.hasFailed && !aborted,
    aborted,
    counts,
    failed: [...report.failed].map(([urn, error]) => ({ urn, error })),
    skipped: [...report.skipped].map(([urn, because]) => ({ urn, because })),
    remaining: [...report.remaining],
    drift: report.drift,
    rolledBack: [],
    notRolledBack: [],
    errors: report.errors,
    outputs: translator.outputs ?? {},
    changed: counts.create + counts.update + counts.replace + counts.delete + counts.import > 0,
    durationSeconds: (Date.now() - begun) / 1000,
  };
}
