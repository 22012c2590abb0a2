import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const graceMilliseconds = 2_000;
const running = new Set<Child>();

// The last resort when the engine's process ends without having stopped its children.
process.on("exit", () => {
  for (const child of running) child.signal("SIGKILL");
});

export interface ChildOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where Node keeps compiled code between runs. */
  readonly compileCache: string;
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
}

/** Most of what a program makes dies young: with a larger nursery far less of it is copied about. */
const NURSERY = "--max-semi-space-size=32";

/** How a child ended: `code` or `signal`. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A process of ours, in a group of its own: Ctrl-C on the terminal reaches the engine alone, which lets running
 * operations finish; and stopping it stops what it started as well.
 */
export class Child {
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;

  /** Runs a Node script, or with `command` any program. */
  constructor(script: string, parameters: readonly string[], options: ChildOptions, command?: string) {
    const preload = fileURLToPath(new URL("preload.ts", import.meta.url));
    const line = command === undefined ? [process.execPath, NURSERY, `--import=${preload}`, script, ...parameters] : [command, ...parameters];
    const [file = "", ...rest] = line;
    this.#process = spawn(file, rest, {
      cwd: options.cwd,
      env: { ...options.environment, NODE_COMPILE_CACHE: options.compileCache },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    });
    running.add(this);
    for (const stream of ["stdout", "stderr"] as const) {
      createInterface({ input: this.#process[stream]! }).on("line", (text) => options.onLine(stream, text));
    }
    this.ended = new Promise((resolve) => {
      this.#process.once("error", () => this.#settle(resolve, { code: 127, signal: null }));
      // What it left behind in its group goes too, and lets go of the pipes.
      this.#process.once("exit", () => this.signal("SIGKILL"));
      this.#process.once("close", (code, signal) => this.#settle(resolve, { code, signal }));
    });
  }

  signal(name: NodeJS.Signals): void {
    const pid = this.#process.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // The group is gone already.
    }
  }

  /** Asks it to end, makes it end after two seconds, and waits until it has. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), graceMilliseconds);
    await this.ended;
    clearTimeout(timer);
  }

  #settle(resolve: (ending: Ending) => void, ending: Ending): void {
    running.delete(this);
    resolve(ending);
  }
}

export function describeEnding({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : `killed by ${signal}`;
}
