/** The stacks of an environment, in the order in which they are built, and how the engine is called for them. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Argument } from "commander";
import { type EngineOptions, readStack } from "../../infra/engine/index.ts";
import { Failure } from "../../inventory/failure.ts";
import { LAYERS, type Layer } from "../../stacks/layers.ts";
import { STACK_NOT_FOUND } from "../../inventory/exitCodes.ts";
import { projectDirectory } from "./paths.ts";
import type { Selection } from "./province.ts";

export const stackName = (layer: Layer, { environment }: Selection): string => `${layer}.${environment.name}`;

/** The argument that names a stack: `network`, or in full `network.twin`. */
export const stackArgument = (): Argument => new Argument("<stack>", "network, or in full network.twin");

/** The layer of a stack's name. @throws Failure when there is no such layer, or the name is another environment's. */
export function layerOf(stack: string, { environment }: Selection): Layer {
  const [name = "", place = environment.name] = stack.split(".");
  const layer = LAYERS.find((one) => one === name);
  if (layer === undefined) throw new Failure(`there is no stack '${stack}'`, { advice: `Stacks are: ${LAYERS.join(", ")}.`, exitCode: STACK_NOT_FOUND });
  if (place !== environment.name) throw new Failure(`the stack '${stack}' is another environment's`, { advice: `Add --environment ${place}.`, exitCode: STACK_NOT_FOUND });
  return layer;
}

/** What the engine needs to work on a stack that has a state. @throws Failure when it has none */
export async function optionsOfKnown(stack: string, selection: Selection): Promise<EngineOptions> {
  const options = engineOptions(layerOf(stack, selection), selection);
  if (await readStack(options) !== undefined) return options;
  throw new Failure(`${options.stack} has no state`, { advice: "./egov stack ls shows the stacks that have one.", exitCode: STACK_NOT_FOUND });
}

/**
 * What the engine needs to work on one stack. A province's folder holds its own settings (`Pulumi.STACK.yaml`) and
 * state (`.pulumi/`).
 * @throws Failure when there is no passphrase for an environment of real hosts.
 */
export function engineOptions(layer: Layer, selection: Selection): EngineOptions {
  const { province } = selection;
  return {
    projectDirectory,
    stack: stackName(layer, selection),
    stateDirectory: province.directory,
    settingsDirectory: province.directory,
    passphrase: passphrase(selection),
    environment: { EGOV_INVENTORY: province.directory },
  };
}

/**
 * As Pulumi takes it: PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE. A twin's is made once and kept beside
 * its state, readable by its owner only: it protects keys that live and die with this machine.
 */
function passphrase({ province, environment }: Selection): string {
  const { PULUMI_CONFIG_PASSPHRASE: value, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (value !== undefined) return value;
  if (file !== undefined) return readPassphrase(file);
  if (environment.kind !== "twin") {
    throw new Failure(`the secrets of '${environment.name}' need a passphrase`, {
      advice: "Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
    });
  }
  const directory = join(province.directory, ".egov");
  const own = join(directory, "passphrase");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(own, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new Failure(`${own}: the passphrase cannot be kept here (${code})`, { advice: "Run the command as the owner of the folder, or as root." });
  }
  return readPassphrase(own);
}

function readPassphrase(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new Failure(`${file}: the passphrase cannot be read (${(cause as NodeJS.ErrnoException).code ?? "error"})`, {
      advice: "Run the command as the owner of the file, or as root.", cause,
    });
  }
}
