import { Failure } from "../../../inventory/failure.ts";
import { type Ending, describeEnding } from "../child.ts";
import type { Cli } from "./find.ts";

/** Pulumi's exit codes, as its documentation has them, for what it ends with and does not say. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  2: "it does not take its settings or options",
  3: "it may not use the place of the state",
  4: "a resource failed",
  5: "a policy forbids it",
  6: "there is no such stack",
  7: "there are changes, and none were expected",
  8: "it was cancelled",
  9: "it took too long",
  255: "a fault of its own",
};

/** Why the CLI failed: its own last error, in one line, or what its exit code means. */
export function cliFailure(cli: Cli, ending: Ending, said: readonly string[]): Failure {
  const errors = said.filter((line) => line.startsWith("error: ")).map((line) => line.slice("error: ".length));
  const meaning = EXIT_CODES[ending.code ?? -1];
  const why = errors.at(-1) ?? (meaning === undefined ? said.at(-1) : undefined);
  const name = `the Pulumi CLI ${cli.version}`;
  if (why !== undefined) return new Failure(`${name}: ${why}`);
  return new Failure(`${name} failed: ${meaning ?? "it does not say why"} (${describeEnding(ending)})`);
}
