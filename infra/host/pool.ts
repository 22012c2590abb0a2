import type { Connection } from "./inputs.ts";
import { type HostSession, openSession } from "./ssh.ts";

/** A stack's roles come to a host one after another: longer than a stack takes, so that a host is logged in to once an update. */
const IDLE_MILLISECONDS = 60_000;

interface Entry {
  readonly opening: Promise<HostSession>;
  session: HostSession | undefined;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** Keeps one connection a host for all its roles, and closes it when none has asked for a minute. */
export class SessionPool {
  readonly #entries = new Map<string, Entry>();
  readonly #abort = new AbortController();

  /** Runs `work` on the host's connection, which is opened if need be. @throws Failure as `openSession` does. */
  async use<T>(connection: Connection, work: (session: HostSession) => Promise<T>): Promise<T> {
    const { timeoutSeconds: _, ...place } = connection;
    const key = JSON.stringify(Object.entries(place).sort());
    const entry = this.#usable(key) ?? this.#open(key, connection);
    entry.users += 1;
    clearTimeout(entry.timer);
    try {
      entry.session = await entry.opening;
      return await work(entry.session);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) {
        entry.timer = setTimeout(() => this.#drop(key, entry), IDLE_MILLISECONDS).unref();
      }
    }
  }

  /** Ends waiting and closes every connection; a change under way goes back to what the host had. */
  close(): void {
    this.#abort.abort();
    for (const [key, entry] of this.#entries) {
      this.#drop(key, entry);
    }
  }

  #usable(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry?.session?.isOpen === false ? undefined : entry;
  }

  #open(key: string, connection: Connection): Entry {
    const opening = openSession(connection, this.#abort.signal);
    const entry: Entry = { opening, session: undefined, users: 0, timer: undefined };
    opening.catch(() => this.#drop(key, entry));
    this.#entries.set(key, entry);
    return entry;
  }

  #drop(key: string, entry: Entry): void {
    clearTimeout(entry.timer);
    if (this.#entries.get(key) === entry) {
      this.#entries.delete(key);
    }
    entry.session?.close();
  }
}
