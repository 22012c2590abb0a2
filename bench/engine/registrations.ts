/** What the engine adds to what the SDK takes by itself, and what it holds in memory. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { findCli } from "../../infra/engine/cli/find.ts";
import type { Figure } from "../figure.ts";
import { BenchProject } from "./project.ts";

const THINGS = 2_000;
const MANY = 10_000;
/** Runs of each figure: the least of them counts, which other work on the machine disturbed least. */
const RUNS = 3;

interface Run {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly counts?: { readonly create: number; readonly same: number };
}

export async function benchRegistrations(say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  const note = (figure: Figure): void => { figures.push(figure); say(`${figure.name}: ${figure.measured} (${figure.bound})`); };

  say(`${THINGS} resources, the SDK by itself`);
  await using floorProject = await BenchProject.create();
  const floors: Run[] = [];
  const ups: Run[] = [];
  const previews: Run[] = [];
  // Floor and figure in turn, so that both see the same machine.
  for (let turn = 0; turn < RUNS; turn += 1) {
    await using project = await BenchProject.create();
    floors.push(await run("floor", "embedded", floorProject, THINGS));
    ups.push(expect(await run("up", "embedded", project, THINGS), "create", THINGS));
    floors.push(await run("floor", "embedded", floorProject, THINGS));
    previews.push(expect(await run("preview", "embedded", project, THINGS), "same", THINGS));
  }
  const floor = fastest(floors);
  const ratio = (figure: number): string => `${figure.toFixed(1)} s, ${(figure / floor).toFixed(2)} ×`;
  note({ name: `up of ${THINGS} new resources`, measured: ratio(fastest(ups)), bound: `≤ 1.5 × ${floor.toFixed(1)} s`, kept: fastest(ups) <= 1.5 * floor, note: "the floor: the SDK against a monitor that does nothing" });
  note({ name: "preview of them without change", measured: ratio(fastest(previews)), bound: `≤ 1.2 × ${floor.toFixed(1)} s`, kept: fastest(previews) <= 1.2 * floor, note: "the same floor" });

  if ((await findCli())?.supported !== true) {
    say("no Pulumi CLI of a supported version on the PATH: it does not stand beside the embedded engine in this run");
  } else {
    await using project = await BenchProject.create();
    const up = expect(await run("up", "pulumi", project, THINGS), "create", THINGS);
    const preview = expect(await run("preview", "pulumi", project, THINGS), "same", THINGS);
    note({ name: "the same up by the pulumi CLI", measured: ratio(up.seconds), bound: "for comparison", kept: true });
    note({ name: "the same preview by the pulumi CLI", measured: ratio(preview.seconds), bound: "for comparison", kept: true });
  }

  say(`${MANY} resources`);
  await using project = await BenchProject.create();
  const many = expect(await run("up", "embedded", project, MANY), "create", MANY);
  const again = expect(await run("preview", "embedded", project, MANY), "same", MANY);
  const peak = Math.max(many.peakMiB, again.peakMiB);
  note({ name: `memory of the engine at ${MANY} resources`, measured: `${peak.toFixed(0)} MiB`, bound: "≤ 400 MiB", kept: peak <= 400, note: `resident, at its peak; up in ${many.seconds.toFixed(1)} s` });
  return figures;
}

async function run(operation: string, engine: string, project: BenchProject, things: number): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "run.ts"), operation, engine, project.directory, String(things)]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Run;
}

/** A run that did something else would measure something else. */
function expect(done: Run, operation: "create" | "same", things: number): Run {
  // The stack itself is counted, too.
  const count = done.counts?.[operation] ?? 0;
  if (count < things || count > things + 2) throw new Error(`${operation}: ${count} instead of ${things}`);
  return done;
}

function fastest(runs: readonly Run[]): number {
  return Math.min(...runs.map(({ seconds }) => seconds));
}
