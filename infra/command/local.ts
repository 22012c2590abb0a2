import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { Failure } from "../../inventory/failure.ts";
import type { Ending, Transcript } from "./output.ts";

const SHELL = ["/bin/sh", "-c"];
/** How long a command that is told to end may tidy up. */
const GRACE_MILLISECONDS = 1_500;
const COMMAND_VARIABLE = "EGOV_COMMAND";

const running = new Set<ChildProcess>();
// The last resort when this process ends while commands run.
process.on("exit", () => running.forEach((child) => signalGroup(child, "SIGKILL")));

/** One run of a command on this machine. */
export interface LocalRun {
  readonly command: string;
  /** The command's text holds a secret. */
  readonly hidden: boolean;
  readonly interpreter: readonly string[] | undefined;
  readonly dir: string | undefined;
  /** Beside this process's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
}

/**
 * Runs a command in a process group of its own; when the signal is aborted, the group is told to end and, a moment
 * later, killed.
 * @throws Failure when it cannot be started.
 */
export async function runLocal(run: LocalRun, transcript: Transcript, signal: AbortSignal): Promise<Ending> {
  signal.throwIfAborted();
  if (run.dir !== undefined && !(existsSync(run.dir) && statSync(run.dir).isDirectory())) {
    throw new Failure(`the folder ${run.dir} (dir) is not there`);
  }
  const [file = "", ...parameters] = commandLine(run);
  const hidden = run.hidden && usesShell(run) ? { [COMMAND_VARIABLE]: run.command } : {};
  const child = start(file, parameters, {
    cwd: run.dir,
    env: { ...process.env, ...run.environment, ...hidden },
    detached: true,
    stdio: [run.stdin === undefined || run.stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
  });
  running.add(child);
  child.stdout?.on("data", (chunk: Buffer) => transcript.add("stdout", chunk));
  child.stderr?.on("data", (chunk: Buffer) => transcript.add("stderr", chunk));
  // A command need not read what it is given.
  child.stdin?.on("error", () => undefined).end(run.stdin);
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    signalGroup(child, "SIGTERM");
    timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MILLISECONDS);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<Ending>((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => reject(startFailure(error, file)));
      child.once("close", (code, name) => resolve({ code: code ?? undefined, signal: name ?? undefined }));
    });
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
    running.delete(child);
  }
}

/** Some failures come at once, others as an event. */
function start(file: string, parameters: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(file, parameters, options);
  } catch (error) {
    throw startFailure(error as NodeJS.ErrnoException, file);
  }
}

function usesShell({ interpreter }: LocalRun): boolean {
  return interpreter === undefined || interpreter.length === 0;
}

/** The shell takes a command with a secret from its environment: anybody may read the arguments of a process. */
function commandLine(run: LocalRun): string[] {
  if (!usesShell(run)) {
    return [...run.interpreter!, run.command];
  }
  return [...SHELL, run.hidden ? `eval "unset ${COMMAND_VARIABLE}; $${COMMAND_VARIABLE}"` : run.command];
}

function startFailure(error: NodeJS.ErrnoException, file: string): Failure {
  const meanings: Record<string, string> = {
    ENOENT: `the interpreter ${file} is not there`,
    EACCES: `the interpreter ${file} may not be run`,
    E2BIG: "the command and its environment are longer than the system takes (addPreviousOutputInEnv: false leaves earlier output out)",
  };
  return new Failure(meanings[error.code ?? ""] ?? error.message, { cause: error });
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, name);
  } catch {
    // It has ended already.
  }
}
