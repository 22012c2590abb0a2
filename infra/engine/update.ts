import * as grpc from "@grpc/grpc-js";
import { Failure } from "../../inventory/failure.ts";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import monitorRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { type Child, describeEnding } from "./child.ts";
import { Deployment } from "./deployment.ts";
import { mask } from "./diff.ts";
import { engineService } from "./engineService.ts";
import { type MonitorContext, monitorService } from "./monitor.ts";
import { hasPlugin } from "./plugins.ts";
import { reportedExitCode, startProgram } from "./program.ts";
import type { ResourceState } from "./resourceState.ts";
import { inOrder, isInOrder } from "./order.ts";
import { recover } from "./recovery.ts";
import { isReadable, refreshAll, refreshResource } from "./refresh.ts";
import { removeAll } from "./removal.ts";
import { channelOptions, listen } from "./rpc.ts";
import { type RollbackResult, rollBack } from "./rollback.ts";
import { amend } from "./run.ts";
import { type Mode, type Opening, type Session, defaultParallel, isDry, load, open } from "./session.ts";
import type { EngineOptions, Properties, UpdateResult } from "./types.ts";
import { isProviderType, providedPackage, stackType } from "./urn.ts";

/**
 * Calls of the program that are taken in at the same time. It asks for all its resources at once: those beyond this wait in its
 * own process, where they cost less than open calls do here. No call waits for a later one.
 */
const callsAtOnce = 256;

/** Runs one update from beginning to end. Throws a Failure when it cannot even begin. */
export async function update(options: EngineOptions, mode: Mode): Promise<UpdateResult> {
  const begun = Date.now();
  // It may reject long before anybody here waits for it; whoever gave it knows of that.
  options.after?.catch(() => undefined);
  const opening = await open(options, mode);
  try {
    const result = await new Update(opening, begun).perform();
    opening.report.emit({ kind: "summary", result });
    return result;
  } finally {
    await opening.release();
  }
}

class Update {
  readonly #opening: Opening;
  readonly #begun: number;
  readonly #server = new grpc.Server({ ...channelOptions, "grpc.max_concurrent_streams": callsAtOnce });
  #stopReason: string | undefined;
  #program: Child | undefined;
  #shutdownSignalled = false;
  #rolledBack: RollbackResult = { rolledBack: [], notRolledBack: [] };
  #deployment: Deployment | undefined;
  #outputsBefore: Properties = {};

  constructor(opening: Opening, begun: number) {
    this.#opening = opening;
    this.#begun = begun;
  }

  async perform(): Promise<UpdateResult> {
    const { options, mode, report } = this.#opening;
    const onAbort = (): void => this.#stop("the update was aborted");
    if (options.signal?.aborted === true) onAbort();
    options.signal?.addEventListener("abort", onAbort, { once: true });
    let session: Session | undefined;
    try {
      let resolveContext: (context: MonitorContext) => void = () => undefined;
      const context = new Promise<MonitorContext>((resolve) => {
        resolveContext = resolve;
      });
      this.#server.addService((monitorRpc as unknown as { ResourceMonitorService: grpc.ServiceDefinition }).ResourceMonitorService, monitorService(context));
      this.#server.addService((engineRpc as unknown as { EngineService: grpc.ServiceDefinition }).EngineService, engineService(report, "program"));
      const address = await listen(this.#server);
      if ((mode === "up" || mode === "preview") && this.#stopReason === undefined) this.#program = this.#startProgram(address);
      session = await load(this.#opening, () => this.#stopReason, (reason) => this.#stop(reason));
      this.#prestart(session);
      this.#outputsBefore = session.run.snapshot.resources.find((state) => state.type === stackType)?.outputs ?? {};
      if (mode === "destroy") await this.#destroy(session);
      else if (mode === "up" || mode === "preview") await this.#deploy(session, resolveContext);
      else await this.#refreshOnly(session);
      if (mode === "up" && options.rollbackOnFailure === true && !this.#isAborted) await this.#keepOrRollBack(session);
      await this.#putInOrder(session);
    } finally {
      options.signal?.removeEventListener("abort", onAbort);
      await this.#program?.stop();
      this.#server.forceShutdown();
      await session?.log.close();
    }
    return this.#finish(session);
  }

  #startProgram(address: string): Child {
    const { options, project, config, environment, compileCache, report, mode } = this.#opening;
    return startProgram({
      project,
      stack: options.stack,
      monitorAddress: address,
      engineAddress: address,
      parallel: options.parallel ?? defaultParallel,
      preview: mode === "preview",
      config,
      environment,
      compileCache,
      onLine: (_stream, line) => report.say("info", line, "program"),
    });
  }

  /** The plugins that the state's resources need; for a new stack, all that the project names. */
  #prestart({ run }: Session): void {
    const used = run.snapshot.resources.filter((state) => isProviderType(state.type)).map((state) => providedPackage(state.type));
    const { project } = this.#opening;
    const wanted = run.snapshot.resources.length === 0 ? [...project.providers.keys()] : used.filter((name) => hasPlugin(project, name));
    const { mode } = this.#opening;
    if (mode !== "up" && mode !== "preview" && run.snapshot.resources.length === 0) return;
    for (const name of wanted) run.providers.prestart(name);
  }

  async #deploy(session: Session, ready: (context: MonitorContext) => void): Promise<void> {
    const { options, config, report } = this.#opening;
    const after = options.after ?? Promise.resolve();
    after.catch(() => {
      report.error("nothing was touched, for what it waits for failed", "engine");
      this.#stop("what it waits for failed");
    });
    // What was begun earlier is looked at as soon as anything may be, and before the program is answered.
    if (session.log.pending.length > 0) await after.then(() => recover(session.run), () => undefined);
    const run = { ...session.run, readings: this.#refresh(session, after) };
    const deployment = new Deployment(run, this.#opening.project.programDirectory);
    this.#deployment = deployment;
    ready({
      run,
      deployment,
      config,
      parallel: options.parallel ?? defaultParallel,
      after,
      onShutdown: () => {
        this.#shutdownSignalled = true;
      },
    });
    if (this.#program === undefined) return;
    const ending = await this.#program.ended;
    await Promise.all(run.readings.values());
    // The program may have gone before what it asked for was done.
    await run.slots.drained();
    if (this.#stopReason !== undefined || report.halted !== undefined) {
      for (const state of run.snapshot.untouched) if (!isProviderType(state.type)) report.remaining.add(state.urn);
      return;
    }
    if (ending.code !== 0) {
      const told = ending.code === reportedExitCode || report.errors.length > 0;
      if (!told) report.error(`the program failed (${describeEnding(ending)})`, "engine");
      return;
    }
    if (!this.#shutdownSignalled) {
      report.error("the program ended before it had registered everything (process.exit?); nothing was deleted", "engine");
      return;
    }
    const doomed = this.#reported(() => {
      const chosen = run.targets.doomed(run.snapshot.untouched, run.snapshot.resources);
      run.targets.requireMatched();
      return chosen;
    });
    deployment.settleStackOutputs();
    if (report.hasFailed || doomed === undefined) return;
    await removeAll(run, doomed);
  }

  async #destroy({ run }: Session): Promise<void> {
    const { report, options } = this.#opening;
    await recover(run);
    const doomed = this.#reported(() => {
      const chosen = run.targets.doomed(run.snapshot.untouched, run.snapshot.untouched);
      run.targets.requireMatched();
      return chosen;
    });
    if (doomed === undefined) return;
    if (options.refresh === true) await Promise.all(this.#refresh({ run }).values());
    if (report.halted === undefined) await removeAll(run, doomed);
  }

  async #refreshOnly({ run }: Session): Promise<void> {
    if (!run.preview) await recover(run);
    const chosen = this.#reported(() => {
      const states = run.snapshot.resources.filter((state) => run.targets.has(state)).filter(isReadable);
      run.targets.requireMatched();
      return states;
    });
    if (chosen !== undefined) await refreshAll(run, chosen);
  }

  /** What went wrong before anything was touched belongs to no resource. */
  #reported<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#opening.report.error(error.message, "engine");
      return undefined;
    }
  }

  async #keepOrRollBack(session: Session): Promise<void> {
    const { options, report } = this.#opening;
    if (!report.hasFailed) {
      // Whoever waits may read the outputs.
      await session.log.flush();
      options.onApplied?.();
      try {
        await options.keepAfter;
        return;
      } catch {
        if (this.#isAborted) return;
        report.error("it is taken back, for what was to succeed with it failed", "engine");
      }
    }
    await this.#rollBack(session);
  }

  async #rollBack({ run }: Session): Promise<void> {
    this.#opening.report.say("warning", "what the update did is taken back", "engine");
    this.#rolledBack = await rollBack(run);
    const stack = run.snapshot.resources.find((state) => state.type === stackType);
    if (stack !== undefined) amend(run, stack, { ...stack, outputs: this.#outputsBefore });
    for (const { urn, error } of this.#rolledBack.notRolledBack) this.#opening.report.error(`${urn} could not be taken back: ${error}`, "engine");
  }

  get #isAborted(): boolean {
    return this.#stopReason !== undefined && this.#opening.options.signal?.aborted === true;
  }

  /** Resources that were left as they were, or taken back, may stand before what they need. */
  async #putInOrder({ run, log }: Session): Promise<void> {
    const { resources } = run.snapshot;
    if (!run.preview && (run.targets.restrict || run.done.length > 0) && !isInOrder(resources)) await log.restate(inOrder(resources), log.pending);
  }

  #refresh({ run }: Pick<Session, "run">, after: Promise<unknown> = Promise.resolve()): Map<string, Promise<void>> {
    if (this.#opening.options.refresh !== true) return new Map();
    const read = (state: ResourceState): Promise<void> => after.then(() => refreshResource(run, state, run.providers), () => undefined);
    const chosen = run.snapshot.resources.filter((state) => run.targets.has(state)).filter(isReadable);
    return new Map(chosen.map((state) => [state.urn, read(state)]));
  }

  #stop(reason: string): void {
    this.#stopReason ??= reason;
    void this.#program?.stop();
  }

  async #finish({ run }: Session): Promise<UpdateResult> {
    const { report, mode } = this.#opening;
    const { counts } = report;
    const changed = counts.create + counts.update + counts.replace + counts.delete + counts.import > 0;
    const aborted = this.#isAborted;
    const stack = run.snapshot.resources.find((state) => state.type === stackType);
    const result: UpdateResult = {
      succeeded: !report.hasFailed && !aborted,
      aborted,
      counts,
      failed: [...report.failed].map(([urn, error]) => ({ urn, error })),
      skipped: [...report.skipped].map(([urn, because]) => ({ urn, because })),
      remaining: [...report.remaining],
      drift: report.drift,
      ...this.#rolledBack,
      errors: report.errors,
      outputs: mask((mode === "preview" ? this.#deployment?.stackOutputs : undefined) ?? stack?.outputs ?? {}) as Properties,
      changed,
      durationSeconds: (Date.now() - this.#begun) / 1000,
    };
    if (!isDry(mode) && changed) await this.#record(result);
    return result;
  }

  async #record(result: UpdateResult): Promise<void> {
    const { store, mode, report } = this.#opening;
    try {
      await store.record({
        kind: mode === "destroy" || mode === "refresh" ? mode : "update",
        startTime: Math.floor(this.#begun / 1000),
        endTime: Math.floor(Date.now() / 1000),
        message: "",
        environment: {},
        config: {},
        result: result.succeeded ? "succeeded" : "failed",
        resourceChanges: Object.fromEntries(Object.entries(result.counts).filter(([, count]) => count > 0)),
      });
    } catch (error) {
      report.say("warning", `the update's history cannot be written (${(error as Error).message})`, "engine");
    }
  }
}
