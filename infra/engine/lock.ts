import { randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { writeFileAtomic } from "./atomicFile.ts";

const tornMilliseconds = 60_000;
/** Clock ticks a second in /proc, on every Linux. */
const ticks = 100;
const clockSlackMilliseconds = 5000;

/** The first four are Pulumi's; the others tell a dead holder from another process that got its pid. */
interface LockFile {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
  readonly boot?: string;
  /** When the process started, in clock ticks since the boot. */
  readonly started?: string;
}

/**
 * Takes the stack's lock and returns what gives it back. The lock of a process that is no more is taken over.
 * Throws a Failure that names the holder when there is one.
 */
export async function takeLock(directory: string, stack: string): Promise<() => Promise<void>> {
  const mine = `${randomUUID()}.json`;
  const path = join(directory, mine);
  const content: LockFile = {
    pid: process.pid,
    username: userName(),
    hostname: hostname(),
    timestamp: new Date().toISOString(),
    boot: await bootId(),
    started: await startOf(process.pid),
  };
  // Ours is written before the others are looked at: of two that come together, at least one sees the other.
  try {
    await mkdir(directory, { recursive: true });
    await writeFileAtomic(path, JSON.stringify(content));
  } catch (error) {
    throw new Failure(`stack ${stack} cannot be locked (${(error as Error).message})`, { advice: `it needs room for a small file in ${directory}, and the right to write there` });
  }
  const release = (): Promise<void> => rm(path, { force: true });
  try {
    for (const name of await readdir(directory)) {
      if (name === mine) continue;
      const holder = name.endsWith(".json") ? await readLock(join(directory, name)) : undefined;
      if (holder === undefined) await clearTorn(join(directory, name));
      else if (await isDead(holder)) await rm(join(directory, name), { force: true });
      else throw heldBy(holder, stack, join(directory, name));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

function heldBy(holder: LockFile, stack: string, path: string): Failure {
  const here = holder.hostname === hostname();
  return new Failure(`stack ${stack} is being changed by process ${holder.pid} of ${holder.username} on ${holder.hostname} since ${holder.timestamp}`, {
    advice: here ? "wait for it to end" : `wait for it to end; if that machine is no more, delete ${path}`,
  });
}

async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    const lock = JSON.parse(await readFile(path, "utf8")) as LockFile | null;
    return typeof lock?.pid === "number" && typeof lock.hostname === "string" ? lock : undefined;
  } catch {
    return undefined;
  }
}

/** A lock that says nothing was torn when its holder died; it goes, once nobody can be in the middle of writing it. */
async function clearTorn(path: string): Promise<void> {
  const written = await stat(path).catch(() => undefined);
  if (written !== undefined && Date.now() - written.mtimeMs > tornMilliseconds) await rm(path, { force: true });
}

async function isDead(holder: LockFile): Promise<boolean> {
  if (holder.hostname !== hostname()) return false;
  if (holder.boot !== undefined && holder.boot !== (await bootId())) return true;
  const started = await startOf(holder.pid);
  if (started === "") return true;
  if (holder.started !== undefined) return holder.started !== started;
  // The Pulumi CLI's lock does not tell when its process started: one that is younger than the lock is another.
  const sinceOurs = ((Number(started) - Number(await startOf(process.pid))) / ticks) * 1000;
  return Date.now() - process.uptime() * 1000 + sinceOurs > Date.parse(holder.timestamp) + clockSlackMilliseconds;
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/** Empty when there is no such process, or only its corpse. */
async function startOf(pid: number): Promise<string> {
  let line: string;
  try {
    line = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
  // The command, in parentheses, may hold anything; state is the 3rd field, start time the 22nd.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "" : (fields[19] ?? "");
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
