/** Echo requests of several service classes at once, many a second: what each class loses while something fails. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandResult, Vantage } from "../../../monitoring/probes/vantage.ts";

/** DSCP (RFC 4594) of the service classes that are felt: voice, conference, management, everything else. */
export const SERVICE_CLASSES = [{ name: "EF", dscp: 46 }, { name: "AF41", dscp: 34 }, { name: "CS2", dscp: 16 }, { name: "default", dscp: 0 }] as const;

/** Between two echo requests of a class; a busy machine sends later than asked. */
const INTERVAL_MILLISECONDS = 20;
/** Longest that a stream runs by itself: whoever started it may be killed. */
const LONGEST_SECONDS = 180;
const BEFORE_MILLISECONDS = 500;

export interface ClassLoss {
  readonly class: string;
  readonly sent: number;
  /** Answers that never came, as time: their number by the interval at which requests left. */
  readonly lostMilliseconds: number;
  /** The longest run of them. */
  readonly longestGapMilliseconds: number;
}

/** Streams under way from one office. They stop when disposed of. */
export class Streams implements AsyncDisposable {
  readonly #vantage: Vantage;
  readonly #marker: string;
  readonly #running: Promise<CommandResult[]>;

  private constructor(vantage: Vantage, marker: string, running: Promise<CommandResult[]>) {
    this.#vantage = vantage;
    this.#marker = marker;
    this.#running = running;
  }

  /** Starts a stream a class towards `address` (IPv4), and waits until they flow. */
  static async start(vantage: Vantage, address: string): Promise<Streams> {
    // A number of requests bounds them, as ping with a deadline (-w) ends at the first ICMP error; a file tells them to stop earlier.
    const marker = `/tmp/egov-streams-${process.pid}-${Date.now()}`;
    await vantage.run(["touch", marker]);
    const count = (LONGEST_SECONDS * 1000) / INTERVAL_MILLISECONDS;
    const running = Promise.all(SERVICE_CLASSES.map(({ dscp }) => {
      const ping = `ping -4 -n -i ${INTERVAL_MILLISECONDS / 1000} -W 1 -c ${count} -Q ${dscp << 2} ${address}`;
      return vantage.run(["sh", "-c", `${ping} & pid=$!; while [ -e ${marker} ] && kill -0 $pid 2>/dev/null; do sleep 0.2; done; kill -INT $pid 2>/dev/null; wait $pid; [ ! -e ${marker} ]`]);
    }));
    running.catch(() => undefined);
    await sleep(BEFORE_MILLISECONDS);
    return new Streams(vantage, marker, running);
  }

  /** Ends the streams and says what each class lost; undefined when one had ended before, as what came after is not known. */
  async stop(): Promise<ClassLoss[] | undefined> {
    await this.#end();
    const streams = await this.#running;
    if (streams.some(({ exitCode }) => exitCode !== 0)) return undefined;
    return SERVICE_CLASSES.map(({ name }, i) => ({ class: name, ...parseStream(streams[i]!.stdout) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    await this.#running.catch(() => undefined);
  }

  async #end(): Promise<void> {
    await this.#vantage.run(["rm", "-f", this.#marker]);
  }
}

/** Reads ping's output: which sequence numbers were answered, of all that were sent. */
export function parseStream(text: string): Omit<ClassLoss, "class"> {
  const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
  const elapsedMilliseconds = Number(/, time (\d+)ms/.exec(text)?.[1] ?? 0);
  const interval = sent > 1 ? elapsedMilliseconds / (sent - 1) : 0;
  const answered = new Set([...text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, n]) => Number(n)));
  // The last ones may still be on their way when the stream ends.
  const counted = Math.max(0, sent - 3);
  let lost = 0;
  let gap = 0;
  let longest = 0;
  for (let n = 1; n <= counted; n++) {
    gap = answered.has(n) ? 0 : gap + 1;
    lost += answered.has(n) ? 0 : 1;
    longest = Math.max(longest, gap);
  }
  return { sent, lostMilliseconds: Math.round(lost * interval), longestGapMilliseconds: Math.round(longest * interval) };
}
