import type { Connection } from "./inputs.ts";
import { type HostSession, openSession } from "./ssh.ts";

/** A stack's roles come to a host one after another: longer than a stack takes, so that a host is logged in to once an update. */
const IDLE_MILLISECONDS = 60_000;

/** What a pool keeps: a logged-in connection. */
export interface Poolable {
  readonly isOpen: boolean;
  close(): void;
}

interface Entry<Session> {
  readonly opening: Promise<Session>;
  session: Session | undefined;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

/** Keeps one connection a place for all who use it, and closes it when none has asked for a minute. */
export class ConnectionPool<Place, Session extends Poolable> {
  readonly #connect: (place: Place, signal: AbortSignal) => Promise<Session>;
  readonly #keyOf: (place: Place) => string;
  readonly #entries = new Map<string, Entry<Session>>();
  readonly #abort = new AbortController();

  /** Places with the same `keyOf` share a connection; `connect` makes one and gives up when its signal is aborted. */
  constructor(connect: (place: Place, signal: AbortSignal) => Promise<Session>, keyOf: (place: Place) => string) {
    this.#connect = connect;
    this.#keyOf = keyOf;
  }

  /** Runs `work` on the place's connection, which is opened if need be. @throws what `connect` does. */
  async use<T>(place: Place, work: (session: Session) => Promise<T>): Promise<T> {
    const key = this.#keyOf(place);
    const entry = this.#usable(key) ?? this.#open(key, place);
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

  #usable(key: string): Entry<Session> | undefined {
    const entry = this.#entries.get(key);
    return entry?.session?.isOpen === false ? undefined : entry;
  }

  #open(key: string, place: Place): Entry<Session> {
    const opening = this.#connect(place, this.#abort.signal);
    const entry: Entry<Session> = { opening, session: undefined, users: 0, timer: undefined };
    opening.catch(() => this.#drop(key, entry));
    this.#entries.set(key, entry);
    return entry;
  }

  #drop(key: string, entry: Entry<Session>): void {
    clearTimeout(entry.timer);
    if (this.#entries.get(key) === entry) {
      this.#entries.delete(key);
    }
    entry.session?.close();
  }
}

/** One connection a host for all its roles. `use` throws a Failure as `openSession` does. */
export class SessionPool extends ConnectionPool<Connection, HostSession> {
  constructor() {
    super(openSession, ({ timeoutSeconds: _, ...place }) => JSON.stringify(Object.entries(place).sort()));
  }
}
