/** Steps of a command as they go: live lines on a terminal, plain lines without one, nothing with `--json`. */
import { Listr, PRESET_TIMER } from "listr2";

export interface Step {
  readonly title: string;
  /** Does the work. `report` shows how far it is; the text it resolves to stands behind the title at the end. */
  run(report: (progress: string) => void): Promise<string>;
}

/**
 * Runs steps one after the other; steps of an inner array run side by side.
 * Rejects with the first failure, after the steps beside it have ended.
 */
export async function runSteps(steps: readonly (Step | readonly Step[])[], options: { silent?: boolean } = {}): Promise<void> {
  for (const step of steps) {
    const group = Array.isArray(step) ? (step as readonly Step[]) : [step as Step];
    await runGroup(group, options.silent === true);
  }
}

async function runGroup(group: readonly Step[], silent: boolean): Promise<void> {
  const terminal = process.stdout.isTTY && process.env.CI === undefined;
  if (silent || !terminal) {
    const results = await Promise.allSettled(group.map(async (step) => {
      const startedAt = performance.now();
      const result = await step.run(() => {});
      if (!silent) console.log(`${step.title}: ${result} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    }));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return;
  }
  const list = new Listr(
    group.map((step) => ({
      title: step.title,
      task: async (_context, task): Promise<void> => {
        const result = await step.run((progress) => { task.title = `${step.title}: ${progress}`; });
        task.title = `${step.title}: ${result}`;
      },
    })),
    // Steps side by side all end before the first failure is passed on: nothing is left half-way.
    { concurrent: true, exitOnError: false, collectErrors: "full", rendererOptions: { showErrorMessage: false, timer: PRESET_TIMER } },
  );
  await list.run();
  const [first] = list.errors;
  if (first !== undefined) throw first;
}
