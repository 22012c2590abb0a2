/** Runs programs of the machine: arguments as a list, output collected, a non-zero exit thrown unless asked for. */
import { spawn } from "node:child_process";

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Called with each piece of standard error as it comes. */
  readonly onStderr?: (text: string) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that ended with a code other than 0, or that could not be started (`code` is then 127). */
export class RunError extends Error {
  readonly result: RunResult;

  constructor(argv: readonly string[], result: RunResult) {
    super(`${argv[0]} ended with ${result.code}: ${lastLine(result.stderr) || lastLine(result.stdout) || "no message"}`);
    this.name = "RunError";
    this.result = result;
  }
}

/** Runs `argv` and gives its output. Throws RunError when it ends with a code other than 0. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await attempt(argv, options);
  if (result.code !== 0) throw new RunError(argv, result);
  return result;
}

/** As `run`, but whoever calls looks at the code. A signal counts as 128. */
export function attempt(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd: options.cwd, env: options.env ?? process.env, signal: options.signal,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => { stdout += text; });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => { stderr += text; options.onStderr?.(text); });
    child.on("error", (error) => resolve({ code: 127, stdout, stderr: `${stderr}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
    if (options.input !== undefined) {
      // A program that ends before it has read everything says why on standard error.
      child.stdin!.on("error", () => undefined);
      child.stdin!.end(options.input);
    }
  });
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
