import type { Ending, Transcript } from "./output.ts";
import type { RemoteSession } from "./session.ts";

/** What a command's shell says first, on standard error. */
const GREETING = /egov-process (\d+)\n/;
const NONE = Buffer.alloc(0);

/** One run of a command on a remote host. */
export interface RemoteRun {
  readonly command: string;
  /** Names are those of a POSIX shell's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
}

/**
 * Runs a command in the user's login shell, which has to be a POSIX shell. When the signal is aborted, all that the
 * command started is told to end and, a moment later, killed: SSH's own signals do not reach the commands of root.
 * @throws Failure when the connection breaks before it has ended.
 */
export async function runRemote(session: RemoteSession, run: RemoteRun, transcript: Transcript, signal: AbortSignal): Promise<Ending> {
  const { line, input } = remoteInvocation(run);
  const never = new AbortController().signal;
  let pid: string | undefined;
  let held = NONE;
  const ending = await session.run(line, input, (stream, chunk) => {
    if (stream === "stdout" || pid !== undefined) {
      transcript.add(stream, chunk);
      return;
    }
    held = Buffer.concat([held, chunk]);
    const found = GREETING.exec(held.toString("latin1"));
    if (found !== null) {
      pid = found[1];
      transcript.add(stream, held.subarray(0, found.index));
      transcript.add(stream, held.subarray(found.index + found[0].length));
      held = NONE;
    }
  }, signal, async (name) => pid !== undefined && session.run(`kill -${name} -- -${pid}`, NONE, () => undefined, never, async () => undefined));
  transcript.add("stderr", held);
  return ending;
}

/**
 * What the server is asked to run, and what comes on its standard input. Servers take few variables by SSH (AcceptEnv),
 * and anybody on the host may read the arguments of a process: variables and command come first on standard input, and
 * the shell takes exactly that much of it.
 */
export function remoteInvocation({ command, environment, stdin }: RemoteRun): { line: string; input: Buffer } {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const script = Buffer.from(`echo "egov-process $$" >&2\n${exports.join("")}${command}`);
  // Other readers than dd by single bytes take more than they are asked for.
  return { line: `eval "$(dd bs=1 count=${script.length} 2>/dev/null)"`, input: Buffer.concat([script, Buffer.from(stdin ?? "")]) };
}

/** A text as one word of a POSIX shell that means nothing else. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
