/** The options that every command of the engine takes, and the engine that they choose. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { chooseEngine, type Engine, ENGINES, type EngineName, type Wanted } from "../../infra/engine/choice.ts";
import type { EngineOptions } from "../../infra/engine/index.ts";
import { LAYERS, type Layer } from "../../stacks/layers.ts";
import { type CommonOptions, withCommonOptions } from "./program.ts";

export interface EngineCommandOptions extends CommonOptions {
  readonly engine: EngineName;
  readonly parallel?: number;
  readonly target?: readonly string[];
  readonly only?: readonly Layer[];
}

/** Adds the common options, and those of a command that has an engine work on stacks. */
export function withEngineOptions(command: Command): Command {
  return withCommonOptions(command)
    .addOption(engineOption())
    .option("--parallel <n>", "resources worked on at the same time in each stack", positive)
    .option("--target <urns...>", "only these resources: URNs, with * and ** for any part, or names of hosts; the others stay as they are")
    .addOption(onlyOption());
}

export const engineOption = (): Option =>
  new Option("--engine <name>", "who runs the stacks: the Pulumi CLI, the embedded engine, or auto: the CLI where a version that fits is on the PATH")
    .choices(ENGINES).env("EGOV_ENGINE").default("auto");

export const onlyOption = (): Option => new Option("--only <layers...>", "only these stacks").choices(LAYERS);

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

/** @throws Failure when the engine that is asked for is not here, or cannot do what is wanted */
export async function openEngine({ engine }: Pick<EngineCommandOptions, "engine">, wanted: Wanted = {}): Promise<Engine> {
  return await chooseEngine(engine, wanted);
}

/** The layers that the options name, in the order in which they come up. */
export function layersOf({ only }: Pick<EngineCommandOptions, "only">): readonly Layer[] {
  return LAYERS.filter((layer) => only?.includes(layer) ?? true);
}

/** What the options ask of one stack, as the engine takes it; undefined when all targets are other stacks'. */
export function askedOf({ target, parallel }: Pick<EngineCommandOptions, "target" | "parallel">, stack: string): Pick<EngineOptions, "targets" | "parallel"> | undefined {
  const targets = targetsOf(target, stack);
  if (targets?.length === 0) return undefined;
  return { ...(targets === undefined ? {} : { targets }), ...(parallel === undefined ? {} : { parallel }) };
}

/**
 * The targets that concern one stack, as the engine takes them: URNs of it and patterns as they are, a bare name as any
 * resource of that name. Undefined when no target was asked for; empty when all targets are other stacks'.
 */
export function targetsOf(targets: readonly string[] | undefined, stack: string): readonly string[] | undefined {
  return targets?.flatMap((target) => {
    if (!target.startsWith("urn:pulumi:")) return [target.includes("*") ? target : `**::${target}`];
    const [its = ""] = target.slice("urn:pulumi:".length).split("::");
    return its === stack || its.includes("*") ? [target] : [];
  });
}
