import { Failure } from "../../inventory/failure.ts";
import type { CommandInputs, Context, Printed } from "./model.ts";

const GIST_LINES = 3;
const GIST_CHARACTERS = 400;

/** How a command ended: by `code`, or by `signal`. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** Takes what a command prints, and tells the user those lines that `logging` asks for. */
export class Transcript {
  readonly #chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly #rests = { stdout: "", stderr: "" };
  readonly #told: Readonly<Record<"stdout" | "stderr", boolean>>;
  readonly #say: Context["say"];

  /** `hidden`: something secret went in, so that nothing of what comes out is told. */
  constructor(logging: CommandInputs["logging"], hidden: boolean, say: Context["say"]) {
    const both = logging === undefined || logging === "stdoutAndStderr";
    this.#told = { stdout: !hidden && (both || logging === "stdout"), stderr: !hidden && (both || logging === "stderr") };
    this.#say = say;
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#chunks[stream].push(chunk);
    if (this.#told[stream]) {
      const lines = (this.#rests[stream] + chunk.toString("latin1")).split("\n");
      this.#rests[stream] = lines.pop() ?? "";
      lines.forEach((line) => this.#tell(line));
    }
  }

  /** What was printed, each without one newline at its end. */
  end(): Printed {
    this.#tell(this.#rests.stdout);
    this.#tell(this.#rests.stderr);
    const text = (stream: "stdout" | "stderr"): string => Buffer.concat(this.#chunks[stream]).toString("utf8").replace(/\n$/, "");
    return { stdout: text("stdout"), stderr: text("stderr") };
  }

  #tell(line: string): void {
    if (line.trim() !== "") {
      // Chunks may end within a character: lines are put together as bytes.
      this.#say("info", Buffer.from(line, "latin1").toString("utf8"));
    }
  }
}

/** What a command that did not succeed is reported as: one line, with the end of what it said. */
export function commandFailure(operation: string, { code, signal }: Ending, { stdout, stderr }: Printed): Failure {
  const how = signal === undefined ? `exit code ${code}` : `killed by ${signal}`;
  const lines = (stderr.trim() === "" ? stdout : stderr).split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const gist = lines.slice(-GIST_LINES).join("; ");
  const short = gist.length > GIST_CHARACTERS ? `…${gist.slice(-GIST_CHARACTERS)}` : gist;
  return new Failure(`${operation}: ${how}${short === "" ? "" : `: ${short}`}`);
}
