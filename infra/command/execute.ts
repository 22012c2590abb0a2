import { join, resolve } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { holdsSecret } from "../host/inputs.ts";
import { assetArchive, fileAsset } from "./assets.ts";
import type { RemotePool } from "./connect.ts";
import { matchingFiles } from "./globs.ts";
import { runLocal } from "./local.ts";
import type { Context, LocalInputs, Printed, RemoteConnection, RemoteInputs } from "./model.ts";
import { commandFailure, Transcript } from "./output.ts";
import { runRemote } from "./remote.ts";
import { announced, asSecret, plain, type Properties, redact } from "./secrets.ts";

/** What goes into a command: where one of these is secret, so is what comes out. */
const INGREDIENTS = ["create", "update", "delete", "command", "stdin", "environment", "interpreter", "dir"];

/** One run of a command for a resource or a function, as the protocol wraps its properties. */
export interface Execution {
  /** `create`, `update`, `delete` or `command`: the input that is run. */
  readonly operation: "create" | "update" | "delete" | "command";
  readonly inputs: Properties;
  /** State of an earlier run. */
  readonly previous?: Properties;
}

/** What is known of a command's outputs before it runs. */
export function announcedOutputs(execution: Execution): Properties {
  const { inputs } = execution;
  const secret = isSecretive(execution);
  return {
    stdout: announced(secret),
    stderr: announced(secret),
    ...(inputs["assetPaths"] !== undefined && { assets: announced(secret) }),
    ...(inputs["archivePaths"] !== undefined && { archive: announced(secret) }),
  };
}

/**
 * Runs a command, on this machine or, where the inputs have a connection, by SSH.
 * @returns its outputs. @throws Failure in one line without secrets when it does not succeed.
 */
export async function execute(execution: Execution, pool: RemotePool, context: Context): Promise<Properties> {
  const { operation, inputs, previous } = execution;
  const { connection, ...given } = plain<LocalInputs & Partial<RemoteInputs> & { command?: string }>(inputs);
  const command = given[operation] ?? "";
  const secretive = isSecretive(execution);
  const transcript = new Transcript(given.logging, secretive, context.say);
  const environment = { ...given.environment, ...(given.addPreviousOutputInEnv !== false && earlierOutput(previous)) };
  try {
    const ending = connection === undefined
      ? await runLocal({ command, hidden: holdsSecret(inputs[operation]), interpreter: given.interpreter, dir: given.dir, environment, stdin: given.stdin }, transcript, context.signal)
      : await pool.use(connection, (session) => runRemote(session, { command, environment, stdin: given.stdin }, transcript, context.signal));
    const printed = transcript.end();
    if (context.signal.aborted) {
      throw new Failure(`${operation}: cancelled`);
    }
    if (ending.code !== 0) {
      throw commandFailure(operation, ending, printed);
    }
    const outputs = { ...printed, ...(connection === undefined && operation !== "delete" && (await collected(given))) };
    return secretive ? Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, asSecret(value)])) : outputs;
  } catch (error) {
    throw withoutSecrets(error, connection, inputs, previous ?? {});
  }
}

/** The same failure, led by the host that it is about, without a secret in it. */
export function withoutSecrets(error: unknown, connection: RemoteConnection | undefined, ...properties: readonly Properties[]): Failure {
  const failure = error instanceof Failure ? error : undefined;
  const message = failure === undefined && (error as Error).name === "AbortError" ? "cancelled" : (error as Error).message;
  const where = connection === undefined ? "" : `${connection.host}: `;
  const credentials = [connection, connection?.proxy].map((end) => end && [end.password, end.privateKey, end.privateKeyPassword].map(asSecret));
  // The connection is secret as a whole, but not so its host and user.
  const others = properties.map(({ connection: _, ...rest }) => rest);
  const clean = (text: string): string => redact(text, others, credentials);
  return new Failure(clean(`${where}${message}`), failure?.advice === undefined ? {} : { advice: clean(failure.advice) });
}

function isSecretive({ inputs, previous }: Execution): boolean {
  const earlier = plain<{ addPreviousOutputInEnv?: boolean }>(inputs).addPreviousOutputInEnv !== false && holdsSecret([previous?.["stdout"], previous?.["stderr"]]);
  return earlier || INGREDIENTS.some((name) => holdsSecret(inputs[name]));
}

function earlierOutput(previous: Properties | undefined): Record<string, string> {
  const { stdout, stderr } = plain<Partial<Printed>>(previous);
  return { ...(stdout && { PULUMI_COMMAND_STDOUT: stdout }), ...(stderr && { PULUMI_COMMAND_STDERR: stderr }) };
}

/** The files that `assetPaths` and `archivePaths` ask for. */
async function collected({ dir, assetPaths, archivePaths }: LocalInputs): Promise<Properties> {
  const folder = resolve(dir ?? ".");
  const assets = async (patterns: readonly string[]): Promise<Properties> =>
    Object.fromEntries(await Promise.all((await matchingFiles(folder, patterns)).map(async (path) => [path, await fileAsset(join(folder, path))])));
  return {
    ...(assetPaths !== undefined && { assets: await assets(assetPaths) }),
    ...(archivePaths !== undefined && { archive: await assetArchive(await assets(archivePaths)) }),
  };
}
