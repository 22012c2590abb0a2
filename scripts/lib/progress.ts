/** Steps of a command as they go: live lines on a terminal, plain lines without one, nothing with `--json`. */
import { Listr, PRESET_TIMER } from "listr2";

/** How a step tells of itself while it runs. */
export interface Telling {
  /** How far it is: stands behind the title on a terminal. */
  progress(text: string): void;
  /** What it is at now, one line each: stands below the title on a terminal. */
  now(lines: readonly string[]): void;
  /** Something that is done: a line of its own where there is no terminal. */
  line(text: string): void;
}

export interface Step {
  readonly title: string;
  /** Does the work. The text it resolves to stands behind the title at the end. */
  run(tell: Telling): Promise<string>;
}

/** Lines below a title; what runs beyond them is only counted. */
const NOW_SHOWN = 6;

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
    const say = (title: string, text: string): void => { if (!silent) console.log(`${title}: ${text}`); };
    const results = await Promise.allSettled(group.map(async (step) => {
      const startedAt = performance.now();
      const result = await step.run({ progress: () => {}, now: () => {}, line: (text) => say(step.title, text) });
      say(step.title, `${result} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
    }));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return;
  }
  const list = new Listr(
    group.map((step) => ({
      title: step.title,
      task: async (_context, task): Promise<void> => {
        const result = await step.run({
          progress: (text) => { task.title = `${step.title}: ${text}`; },
          now: (lines) => { task.output = shown(lines); },
          line: () => {},
        });
        task.output = "";
        task.title = `${step.title}: ${result}`;
      },
      rendererOptions: { outputBar: NOW_SHOWN + 1 },
    })),
    // Steps side by side all end before the first failure is passed on: nothing is left half-way.
    { concurrent: true, exitOnError: false, collectErrors: "full", rendererOptions: { showErrorMessage: false, timer: PRESET_TIMER } },
  );
  await list.run();
  const [first] = list.errors;
  if (first !== undefined) throw first;
}

function shown(lines: readonly string[]): string {
  const more = lines.length - NOW_SHOWN;
  return [...lines.slice(0, NOW_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
