/** Who runs the stacks: the Pulumi CLI, or the embedded engine. Both run the same programs on the same state. */
import { Failure } from "../../inventory/failure.ts";
import { type Cli, findCli, supportedVersions } from "./cli/find.ts";
import { cliEngine, noRollback } from "./cli/index.ts";
import { destroy, drift, preview, refresh, up } from "./index.ts";
import type { EngineOptions, UpdateResult } from "./types.ts";

export const ENGINES = ["auto", "pulumi", "embedded"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Every operation throws a Failure when it cannot even begin. */
export interface Engine {
  readonly name: Exclude<EngineName, "auto">;
  /** What users are told of it: `Pulumi CLI 3.274.1`. */
  readonly title: string;
  preview(options: EngineOptions): Promise<UpdateResult>;
  up(options: EngineOptions): Promise<UpdateResult>;
  destroy(options: EngineOptions): Promise<UpdateResult>;
  /** Takes life into the state. */
  refresh(options: EngineOptions): Promise<UpdateResult>;
  /** Compares life with the state and changes neither. */
  drift(options: EngineOptions): Promise<UpdateResult>;
}

export const embeddedEngine: Engine = { name: "embedded", title: "the embedded engine", preview, up, destroy, refresh, drift };

/** What a command is going to ask of the engine. */
export interface Wanted {
  readonly rollbackOnFailure?: boolean;
}

/**
 * `auto` takes the CLI where a supported version is on the PATH and can do what is wanted, and the embedded engine
 * otherwise. Throws a Failure when the engine that was asked for by its name is not there or cannot do it.
 */
export async function chooseEngine(name: EngineName, wanted: Wanted = {}): Promise<Engine> {
  return choose(name, wanted, name === "embedded" ? undefined : await findCli());
}

/** The choice alone, given the CLI that is on the PATH. */
export function choose(name: EngineName, wanted: Wanted, cli: Cli | undefined): Engine {
  const reason = whyNotCli(wanted, cli);
  if (name === "embedded" || (name === "auto" && reason !== undefined)) return embeddedEngine;
  if (reason !== undefined) throw new Failure(reason, { advice: "--engine embedded needs no CLI." });
  return cliEngine(cli!);
}

function whyNotCli(wanted: Wanted, cli: Cli | undefined): string | undefined {
  if (cli === undefined) return "the Pulumi CLI is not on the PATH";
  if (!cli.supported) return `${cli.path} is of version ${cli.version}; versions ${supportedVersions} can be driven`;
  if (wanted.rollbackOnFailure === true) return noRollback;
  return undefined;
}
