/**
 * A lock that cannot be left behind: an abstract socket, which the kernel frees with the process that holds it. Whoever
 * connects to it is told the process id of the holder.
 */
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock `name`, or gives the process id of whoever holds it. */
export async function tryLock(name: string): Promise<Lock | { readonly heldBy: number }> {
  for (;;) {
    const lock = await bind(name);
    if (lock !== undefined) return lock;
    const heldBy = await holderOf(name);
    // Undefined: it was given back between the two calls.
    if (heldBy !== undefined) return { heldBy };
  }
}

/** Waits for the lock. `onWait` is called once, with the holder, when it is not free at once. */
export async function lock(name: string, signal?: AbortSignal, onWait?: (heldBy: number) => void): Promise<Lock> {
  for (let first = true; ; first = false) {
    const result = await tryLock(name);
    if (!("heldBy" in result)) return result;
    if (first) onWait?.(result.heldBy);
    await sleep(100, undefined, { signal });
  }
}

/** The process id of the holder; undefined when the lock is free. */
export function holderOf(name: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ path: pathOf(name) });
    socket.setEncoding("utf8").on("data", (piece: string) => { text += piece; });
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(text === "" ? undefined : Number(text)));
  });
}

function bind(name: string): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on("error", () => undefined).end(String(process.pid)));
    server.on("error", (error: NodeJS.ErrnoException) => error.code === "EADDRINUSE" ? resolve(undefined) : reject(error));
    server.listen({ path: pathOf(name) }, () => {
      server.unref();
      resolve({ release: () => new Promise((done) => { server.close(() => done()); }) });
    });
  });
}

function pathOf(name: string): string {
  return `\0egov/${name}`;
}
