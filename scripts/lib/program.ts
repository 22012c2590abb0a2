/** What all commands share: options, one way to print an error, one way to stop. */
import { type Command, CommanderError, Option } from "commander";
import { Failure } from "../../inventory/failure.ts";
import { CANCELLED } from "../../inventory/exitCodes.ts";

/** The options that nearly every command takes. */
export interface CommonOptions {
  readonly inventory: string;
  readonly environment: string;
  readonly json?: boolean;
}

export const inventoryOption = (): Option =>
  new Option("--inventory <dir>", "the province's folder").env("EGOV_INVENTORY").default("inventory/nghe-an");

export const environmentOption = (): Option =>
  new Option("-e, --environment <name>", "how hosts are reached (environments.yaml)").env("EGOV_ENVIRONMENT").default("twin");

export const jsonOption = (): Option => new Option("--json", "print JSON instead of text");

/** Adds `--inventory`, `--environment` and `--json`. */
export function withCommonOptions(command: Command): Command {
  return command.addOption(inventoryOption()).addOption(environmentOption()).addOption(jsonOption());
}

/**
 * Parses the command line and runs the command. A `Failure` is printed as its line (and its advice), anything else as
 * one line that asks for a report; `EGOV_DEBUG=1` adds the stack trace. Sets the process's exit code.
 */
export async function runProgram(program: Command): Promise<void> {
  program.exitOverride();
  for (const command of program.commands) overrideExit(command);
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}

function reportError(error: unknown): number {
  // Commander has printed its own line (or the help) already.
  if (error instanceof CommanderError) return error.exitCode;
  const debug = process.env.EGOV_DEBUG !== undefined && error instanceof Error;
  if (error instanceof Failure) {
    console.error(error.message);
    if (error.advice !== undefined) console.error(error.advice);
    if (debug) console.error(error.stack);
    return error.exitCode;
  }
  console.error(`unexpected: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
  console.error("This is a fault of egov itself; run the command again with EGOV_DEBUG=1 to see where.");
  if (debug) console.error(error.stack);
  return 1;
}

/**
 * A signal that the first SIGINT or SIGTERM aborts, so that the command finishes what it started and says how to go on.
 * The second one ends the process at once with code 130.
 */
export function drainOnSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    console.error("stopping: what has begun is being finished; once more stops at once");
    controller.abort(new Failure("stopped on request", { advice: "Run the same command again to go on.", exitCode: CANCELLED }));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

/** Prints a value as indented JSON; Maps become objects. */
export function printJson(value: unknown): void {
  const plain = (_key: string, v: unknown): unknown => (v instanceof Map ? Object.fromEntries(v) : v);
  console.log(JSON.stringify(value, plain, 2));
}

/** Lays rows out in columns. Cells are padded by their visible width; the last column is not. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? "")].length)));
  return all
    .map((row) => row.map((cell, i) => (i === header.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - [...cell].length))).join("  "))
    .join("\n");
}
