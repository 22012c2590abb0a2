import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Ending } from "../child.ts";

const running = new Set<CliProcess>();

// Whoever ends this process at once (a second Ctrl-C) ends the CLI, its program and its plugins with it.
process.on("exit", () => {
  for (const cli of running) cli.kill();
});

/**
 * The CLI at work, in a session of its own: Ctrl-C on the terminal reaches this process alone, which passes it on once; the
 * CLI takes a second one for "stop at once".
 */
export class CliProcess {
  readonly ended: Promise<Ending>;
  /** What it said on standard error, without blank lines. */
  readonly errors: string[] = [];
  readonly #process: ChildProcess;

  constructor(path: string, parameters: readonly string[], options: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv }) {
    this.#process = spawn(path, parameters, { cwd: options.cwd, env: options.environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
    running.add(this);
    // What it prints for people is told by its events, too.
    this.#process.stdout!.resume();
    createInterface({ input: this.#process.stderr! }).on("line", (line) => {
      if (line.trim() !== "") this.errors.push(line.trim());
    });
    this.ended = new Promise((resolve) => {
      const settle = (ending: Ending): void => {
        running.delete(this);
        resolve(ending);
      };
      this.#process.once("error", () => settle({ code: 127, signal: null }));
      // Not "close": a plugin that outlives the CLI would hold the pipes.
      this.#process.once("exit", (code, signal) => {
        this.kill();
        settle({ code, signal });
      });
    });
  }

  /**
   * Has it begin nothing new, tell its providers to cancel, and save its state. Unlike the embedded engine it does not wait
   * for providers first: one that cancels, such as ours for hosts, takes the change under way back, and it counts as failed.
   */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** Ends everything that is left of its session. */
  kill(): void {
    const session = this.#process.pid;
    if (session === undefined) return;
    for (const pid of sessionMembers(session)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has gone meanwhile.
      }
    }
  }
}

/** The processes of a session. The CLI puts its plugins into process groups of their own, but not into other sessions. */
function sessionMembers(session: number): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The command, in parentheses, may hold anything; behind it: state, parent, group, session.
      return Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[3]) === session;
    } catch {
      return false;
    }
  });
}
