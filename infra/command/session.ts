import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSSH } from "node-ssh";
import type { ClientChannel, SFTPWrapper } from "ssh2";
import { Failure } from "../../inventory/failure.ts";
import type { Poolable } from "../host/pool.ts";
import { describe } from "../host/ssh.ts";
import type { Ending } from "./output.ts";

/** OpenSSH takes 10 sessions a connection (MaxSessions) unless it is told otherwise. */
const MAX_CHANNELS = 8;
/** How long a command that is told to end may tidy up. */
const GRACE_MILLISECONDS = 1_500;

/** One logged-in SSH connection; commands and copies run on it side by side, as many as the server takes. */
export class RemoteSession implements Poolable {
  readonly #ssh: NodeSSH;
  readonly #waiting: (() => void)[] = [];
  #active = 0;
  #limit = MAX_CHANNELS;

  constructor(ssh: NodeSSH) {
    this.#ssh = ssh;
    // A connection that breaks closes its channels, which tells those who wait; without a listener it would end us.
    ssh.connection?.on("error", () => undefined);
  }

  get isOpen(): boolean {
    return this.#ssh.isConnected();
  }

  close(): void {
    this.#ssh.dispose();
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    const connection = this.#ssh.connection;
    if (connection !== null) {
      await new Promise<void>((resolve) => void connection.once("close", () => resolve()));
    }
  }

  /**
   * Runs a line in the user's login shell with `input` on its standard input. When the signal is aborted, `kill` is asked
   * to end it and, a moment later or when its shell has ended, to kill whatever is left.
   * @throws Failure when the connection breaks before it has ended.
   */
  async run(line: string, input: Buffer, onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void, signal: AbortSignal,
    kill: (name: "TERM" | "KILL") => Promise<unknown>): Promise<Ending> {
    const open = async (): Promise<ClientChannel> => new Promise((resolve, reject) =>
      this.#client().exec(line, (error, channel) => (error === undefined ? resolve(channel) : reject(error))));
    return this.#withChannel(open, async (channel) => {
      let ending: Ending | undefined;
      channel.on("error", () => undefined);
      channel.on("data", (chunk: Buffer) => onOutput("stdout", chunk));
      channel.stderr.on("data", (chunk: Buffer) => onOutput("stderr", chunk));
      channel.on("exit", (code: number | null, name?: string) => (ending = { code: code ?? undefined, signal: name && `SIG${name.replace(/^SIG/, "")}` }));
      const closed = new Promise((resolve) => channel.once("close", resolve));
      const stopped = new AbortController();
      const stop = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { signal: stopped.signal }))
        .then(async () => {
          kill("TERM").catch(() => undefined);
          await sleep(GRACE_MILLISECONDS, undefined, { signal: stopped.signal });
          channel.close();
        });
      stop.catch(() => undefined);
      channel.end(input);
      await Promise.race([closed, stop]).finally(() => stopped.abort());
      // The shell may have gone at the first word, and what it started not.
      if (signal.aborted) await kill("KILL").catch(() => undefined);
      if (ending === undefined && !signal.aborted) {
        // The connection itself may not know yet that it is broken.
        this.close();
        throw new Failure("the connection was lost before the command ended");
      }
      return ending ?? { code: undefined, signal: undefined };
    });
  }

  /** Lends an SFTP channel to `work`. */
  async withSftp<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    const open = async (): Promise<SFTPWrapper> => new Promise((resolve, reject) =>
      this.#client().sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(error))));
    return this.#withChannel(open, async (sftp) => {
      // What the channel's end leaves unanswered would wait for ever.
      const lost = new Promise<never>((_, reject) => sftp.once("close", () => reject(new Failure("the connection was lost during the copy"))));
      lost.catch(() => undefined);
      try {
        return await Promise.race([work(sftp), lost]);
      } finally {
        sftp.end();
      }
    });
  }

  /** A stream through this host to another one. */
  async forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => this.#client().forwardOut("127.0.0.1", 0, host, port,
      (error, channel) => (error === undefined ? resolve(channel) : reject(error))));
  }

  #client(): NonNullable<NodeSSH["connection"]> {
    if (this.#ssh.connection === null) {
      throw new Failure("the connection was lost");
    }
    return this.#ssh.connection;
  }

  async #withChannel<C, T>(open: () => Promise<C>, work: (channel: C) => Promise<T>): Promise<T> {
    for (;;) {
      while (this.#active >= this.#limit) {
        await new Promise<void>((resolve) => void this.#waiting.push(resolve));
      }
      this.#active += 1;
      try {
        return await work(await this.#opened(open));
      } catch (error) {
        if (!(error instanceof TooManyChannels)) {
          throw error;
        }
      } finally {
        this.#active -= 1;
        this.#waiting.shift()?.();
      }
    }
  }

  /** A server that takes fewer channels is asked again when one of ours is free. */
  async #opened<C>(open: () => Promise<C>): Promise<C> {
    try {
      return await open();
    } catch (error) {
      const refused = typeof error === "object" && error !== null && "reason" in error;
      if (refused && this.#active > 1) {
        this.#limit = this.#active - 1;
        throw new TooManyChannels();
      }
      throw refused ? new Failure(`it opens no channel: ${describe(error)}`, { cause: error }) : error;
    }
  }
}

class TooManyChannels extends Error {}
