/** What a twin's run directory says: its plan, its cuts, and that they are whole. */
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { twinFolders } from "./limits.ts";
import { twinPaths } from "./names.ts";
import type { TwinPlan } from "./plan.ts";

/** A cut that hosts do not notice (`silent`: frames are dropped), or do (`carrier`: both see the carrier go). */
export type CutKind = "silent" | "carrier";

/** The plan of the twin that stands; undefined when there is none, or not yet a whole one. */
export async function readPlan(twin: string): Promise<TwinPlan | undefined> {
  const text = await readFile(twinPaths(twin).plan, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as TwinPlan;
}

/** As `readPlan`; throws Failure when the twin is not up. */
export async function requirePlan(twin: string): Promise<TwinPlan> {
  const plan = await readPlan(twin);
  if (plan !== undefined) return plan;
  const others = twinFolders();
  throw new Failure(`twin ${twin} is not up`, {
    advice: others.length === 0 ? "start it with: ./egov twin up" : `up: ${others.join(", ")}`,
  });
}

export async function writePlan(plan: TwinPlan): Promise<void> {
  const { plan: path } = twinPaths(plan.twin);
  await writeFile(`${path}.new`, JSON.stringify(plan));
  await rename(`${path}.new`, path);
}

export async function readCuts(twin: string): Promise<Record<string, CutKind>> {
  const folder = twinPaths(twin).cuts;
  const names = existsSync(folder) ? await readdir(folder) : [];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8") as CutKind])));
}

/** Notes a cut, or with undefined that the link is whole again. */
export async function noteCut(twin: string, link: string, kind: CutKind | undefined): Promise<void> {
  const folder = twinPaths(twin).cuts;
  await mkdir(folder, { recursive: true });
  if (kind === undefined) await rm(join(folder, link), { force: true });
  else await writeFile(join(folder, link), kind);
}
