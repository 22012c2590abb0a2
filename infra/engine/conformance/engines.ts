/** The engines that the conformance suite can drive, each on the same project folder and the same state. */
import { spawn, spawnSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type UpdateResult, destroy, drift, preview, refresh, up } from "../index.ts";
import type { PluginPool } from "../pluginPool.ts";
import type { TestProject } from "../testing.ts";
import type { Step } from "./case.ts";

/** What an engine says of a step, as far as all of them can. */
export interface Outcome {
  readonly succeeded: boolean;
  /** Everything that it said was wrong. */
  readonly message: string;
  /** Undefined where it does not tell. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly outputs: Readonly<Record<string, unknown>> | undefined;
  /** Only ours. */
  readonly result: UpdateResult | undefined;
}

export interface Engine {
  readonly name: "embedded" | "pulumi";
  run(step: Step, project: TestProject): Promise<Outcome>;
}

const operations = { up, preview, destroy, refresh, drift };

/** Ours; the provider's process is shared by all that runs with the pool. */
export function embeddedEngine(plugins: PluginPool): Engine {
  return {
    name: "embedded",
    run: async (step, project) => {
      const { targets, targetDependents, refresh: first, rollbackOnFailure, stopOn } = step;
      const result = await operations[step.operation ?? "up"](
        project.options({
          plugins,
          ...(targets === undefined ? {} : { targets: targets.map((target) => target.replace("STACK", project.stack)) }),
          ...(targetDependents === undefined ? {} : { targetDependents }),
          ...(first === undefined ? {} : { refresh: first }),
          ...(rollbackOnFailure === undefined ? {} : { rollbackOnFailure }),
          ...(stopOn === undefined ? {} : { stopOn: () => stopOn }),
        }),
      );
      const told = [...result.errors, ...result.failed.map(({ urn, error }) => `${urn}: ${error}`)];
      return { succeeded: result.succeeded, message: told.join("\n"), counts: result.counts, outputs: result.outputs, result };
    },
  };
}

const words: Readonly<Record<NonNullable<Step["operation"]>, readonly string[]>> = {
  up: ["up", "--yes", "--skip-preview"],
  preview: ["preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  drift: ["refresh", "--preview-only"],
};

/** The Pulumi CLI of the PATH; undefined when there is none of a version that writes this state. */
export function pulumiEngine(): Engine | undefined {
  const found = spawnSync("pulumi", ["version"], { encoding: "utf8" });
  const version = /^v(\d+)\.(\d+)\./.exec(found.stdout ?? "");
  if (found.status !== 0 || version === null || version[1] !== "3" || Number(version[2]) < 100) return undefined;
  return { name: "pulumi", run: runPulumi };
}

async function runPulumi(step: Step, project: TestProject): Promise<Outcome> {
  const environment = {
    ...process.env,
    ...project.options().environment,
    PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
    PULUMI_BACKEND_URL: `file://${project.root}`,
    PULUMI_CONFIG_PASSPHRASE: project.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const call = (parameters: readonly string[]): Promise<{ code: number | null; text: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...parameters, "--non-interactive", "--color=never", "-C", project.root], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += part.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, text }));
    });
  const operation = step.operation ?? "up";
  if (!(await project.state().then(() => true, () => false))) await call(["stack", "init", "--stack", project.stack]);
  const { code, text } = await call([
    ...words[operation],
    "--stack",
    project.stack,
    ...(step.targets ?? []).flatMap((target) => ["--target", target.replace("STACK", project.stack)]),
    ...(step.targetDependents === true ? ["--target-dependents"] : []),
    ...(step.refresh === true ? ["--refresh"] : []),
  ]);
  const shown = step.outputs === undefined ? undefined : await call(["stack", "output", "--json", "--stack", project.stack]);
  const isDry = operation === "preview" || operation === "drift";
  return {
    succeeded: code === 0,
    message: text,
    counts: isDry ? undefined : await lastCounts(project),
    outputs: shown?.code === 0 && operation === "up" ? (JSON.parse(shown.text) as Record<string, unknown>) : undefined,
    result: undefined,
  };
}

/** What the last update's history says. */
async function lastCounts(project: TestProject): Promise<Readonly<Record<string, number>> | undefined> {
  const folder = join(project.root, ".pulumi", "history", "trial", project.stack);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".history.json")).sort();
  const last = names.at(-1);
  return last === undefined ? undefined : (JSON.parse(await readFile(join(folder, last), "utf8")) as { resourceChanges?: Record<string, number> }).resourceChanges;
}
