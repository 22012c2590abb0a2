/** Echo requests to many addresses, once a second each, by one fping that runs for good. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What is known of an address since the exporter started. */
export interface Pinged {
  sent: number;
  received: number;
  /** Unanswered in a row, up to now. */
  lostInARow: number;
  /** Round trip of the last answer, seconds. */
  rttSeconds: number | undefined;
}

const PERIOD_MILLISECONDS = 1000;
const RESTART_MILLISECONDS = 1000;

/** `10.60.2.69 : [3], 64 bytes, 0.093 ms (0.10 avg, 0% loss)`, `10.60.2.69 : [3], timed out (NaN avg, 100% loss)`. */
const LINE = /^(\S+)\s*: \[\d+\], (?:\d+ bytes, ([\d.]+) ms|timed out)/;

export class Pings {
  readonly #known: Map<string, Pinged>;

  constructor(addresses: Iterable<string>) {
    this.#known = new Map([...addresses].map((address) => [address, { sent: 0, received: 0, lostInARow: 0, rttSeconds: undefined }]));
  }

  /** @throws Error for an address that was not given. */
  of(address: string): Readonly<Pinged> {
    const known = this.#known.get(address);
    if (known === undefined) throw new Error(`${address} is not pinged`);
    return known;
  }

  /** Takes in a line of fping's; whatever else it says is of no account. */
  read(line: string): void {
    const [, address = "", milliseconds] = LINE.exec(line) ?? [];
    const known = this.#known.get(address);
    if (known === undefined) return;
    known.sent += 1;
    if (milliseconds === undefined) {
      known.lostInARow += 1;
    } else {
      known.received += 1;
      known.lostInARow = 0;
      known.rttSeconds = Number(milliseconds) / 1000;
    }
  }

  /** Starts fping, and again whenever it ends. */
  start(): void {
    const child = spawn("fping", ["-l", "-i", "1", "-p", String(PERIOD_MILLISECONDS), "-t", String(PERIOD_MILLISECONDS), ...this.#known.keys()], {
      // It tells of every unreachable network on its standard error, which is no news.
      stdio: ["ignore", "pipe", "ignore"],
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.read(line));
    const again = (): void => void setTimeout(() => this.start(), RESTART_MILLISECONDS);
    child.once("error", again);
    child.once("spawn", () => child.off("error", again).once("exit", again));
  }
}
