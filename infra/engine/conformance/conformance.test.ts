/**
 * What Pulumi promises, as a table of programs and what must come of them, held against every engine on this machine: the
 * embedded one, and the Pulumi CLI where it is on the PATH.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { PluginPool } from "../index.ts";
import type { ResourceState } from "../resourceState.ts";
import { TestProject } from "../testing.ts";
import { isProviderType, nameOf, stackType } from "../urn.ts";
import type { Case, Step } from "./case.ts";
import { cases as aliases } from "./cases/aliases.ts";
import { cases as operations } from "./cases/operations.ts";
import { cases as options } from "./cases/options.ts";
import { cases as order } from "./cases/order.ts";
import { cases as values } from "./cases/values.ts";
import { type Engine, type Outcome, embeddedEngine, pulumiEngine } from "./engines.ts";

/** So many cases at once, each in a folder of its own: the machine has little to do while a program starts. */
const concurrency = 3;
vi.setConfig({ testTimeout: 300_000, maxConcurrency: concurrency });

const all: readonly (readonly [string, Case])[] = [...order, ...options, ...aliases, ...values, ...operations].map((one) => [one.name, one]);
const slug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]+/g, "-").slice(0, 40);

let calls: string;
let pool: PluginPool;
let folder: TestProject;
beforeAll(async () => {
  folder = await TestProject.create();
  calls = join(folder.root, "all-calls");
  await mkdir(calls);
  pool = await PluginPool.open({ error: () => undefined, say: () => undefined });
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await folder.remove();
});

describe.concurrent("the embedded engine", () => {
  test.each(all)("%s", async (_name, one) => runCase(embeddedEngine(pool), one));
});

const cli = pulumiEngine();
describe.runIf(cli !== undefined).concurrent("the Pulumi CLI", () => {
  test.each(all.filter(([, one]) => one.differs === undefined))("%s", async (_name, one) => runCase(cli!, one));
});

async function runCase(engine: Engine, one: Case): Promise<void> {
  const project = await TestProject.create();
  project.stack = slug(one.name);
  project.callsDirectory = calls;
  try {
    for (const [path, text] of Object.entries(one.beside ?? {})) {
      await mkdir(dirname(join(project.root, "program", path)), { recursive: true });
      await writeFile(join(project.root, "program", path), text);
    }
    for (const [index, step] of one.steps.entries()) {
      try {
        await runStep(engine, step, project);
      } catch (error) {
        if (error instanceof Error) error.message = `step ${index + 1} (${step.operation ?? "up"}): ${error.message}`;
        throw error;
      }
    }
  } finally {
    await project.remove();
  }
}

async function runStep(engine: Engine, step: Step, project: TestProject): Promise<void> {
  const place = (text: string): string => text.replaceAll("STACK", project.stack).replaceAll("FILES", project.files);
  if (step.program !== undefined) await project.program(step.program);
  for (const [name, content] of Object.entries(step.byHand ?? {})) {
    const path = join(project.files, name);
    await (content === null ? rm(path) : writeFile(path, content));
  }
  await project.calls();
  const before = await project.state().catch(() => "");
  const outcome = await engine.run(step, project);
  const fails = engine.name === "pulumi" ? (step.cliFails ?? step.fails) : step.fails;
  if (fails === undefined) expect(outcome.succeeded, outcome.message).toBe(true);
  else {
    expect(outcome.succeeded, "it should have failed").toBe(false);
    expect(outcome.message).toContain(place(fails));
  }
  if (step.counts !== undefined && outcome.counts !== undefined) expect(counted(outcome.counts), "counts").toEqual(step.counts);
  if (step.calls !== undefined) checkCalls(await project.calls(), step.calls);
  if (step.files !== undefined) expect(await project.made(), "files").toEqual(step.files);
  if (step.outputs !== undefined && outcome.outputs !== undefined) expect(outcome.outputs, "outputs").toEqual(step.outputs);
  if (step.stateUntouched === true) expect(withoutTime(await project.state()), "state").toBe(withoutTime(before));
  if (step.state !== undefined) await checkState(project, JSON.parse(place(JSON.stringify(step.state, keepUndefined))) as NonNullable<Step["state"]>);
  if (step.order !== undefined) {
    const named = (await resources(project)).filter((state) => state.type !== stackType && !nameOf(state.urn).name.startsWith("default")).map((state) => nameOf(state.urn).name);
    expect(named, "order of the state").toEqual(step.order);
  }
  if (outcome.result !== undefined) checkResult(outcome.result, step);
}

/** What only the embedded engine tells. */
function checkResult(result: NonNullable<Outcome["result"]>, step: Step): void {
  if (step.drift !== undefined) expect(result.drift.map(({ name, gone }) => (gone ? `${name} gone` : name)).sort(), "drift").toEqual(step.drift);
  if (step.rolledBack !== undefined) expect([result.rolledBack.map(({ urn }) => nameOf(urn).name).sort(), result.notRolledBack]).toEqual([step.rolledBack, []]);
  if (step.remaining !== undefined) expect(result.remaining.map((urn) => nameOf(urn).name), "remaining").toEqual(step.remaining);
}

function counted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([op, count]) => op !== "read" && count > 0));
}

function checkCalls(made: readonly string[], expected: NonNullable<Step["calls"]>): void {
  const mutating = made.filter((call) => !/^(?:check|diff)/.test(call));
  const groups: (string | string[])[] = [];
  let rest = mutating;
  for (const group of expected) {
    if (typeof group === "string") {
      groups.push(...rest.slice(0, 1));
      rest = rest.slice(1);
    } else {
      groups.push(rest.slice(0, group.length).sort());
      rest = rest.slice(group.length);
    }
  }
  expect([...groups, ...rest], "calls").toEqual(expected);
}

async function checkState(project: TestProject, expected: NonNullable<Step["state"]>): Promise<void> {
  const states = (await resources(project)).filter((state) => !isProviderType(state.type) || !nameOf(state.urn).name.startsWith("default"));
  for (const [name, wanted] of Object.entries(expected)) {
    const found = states.find((state) => nameOf(state.urn).name === name && state.delete !== true);
    if (wanted === null) expect(found, `${name} in the state`).toBeUndefined();
    else expect(fill(found, wanted), `${name} in the state`).toMatchObject(wanted);
  }
}

const absent = "(absent)";
function keepUndefined(_key: string, value: unknown): unknown {
  return value === undefined ? absent : value;
}

/** What is to be absent is compared as a word. */
function fill(found: ResourceState | undefined, wanted: object): object | undefined {
  if (found === undefined) return undefined;
  const missing = Object.entries(wanted).filter(([key, value]) => value === absent && !(key in found));
  return { ...found, ...Object.fromEntries(missing.map(([key]) => [key, absent])) };
}

async function resources(project: TestProject): Promise<readonly ResourceState[]> {
  const file = JSON.parse(await project.state()) as { checkpoint: { latest?: { resources?: ResourceState[] } } };
  return file.checkpoint.latest?.resources ?? [];
}

/** The CLI writes the time of an update that changed nothing, too. */
function withoutTime(text: string): string {
  return text.replace(/"time": ?"[^"]*"/, "");
}
