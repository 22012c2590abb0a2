/** What must hold before a twin is touched. */
import { Failure } from "../../inventory/failure.ts";
import { tryLock, type Lock } from "./lock.ts";

export function requireRoot(): void {
  if (process.getuid?.() !== 0) {
    throw new Failure("a twin needs root: it makes namespaces, mounts and control groups", { advice: "run the same command with sudo" });
  }
}

/** The lock of a twin. Throws Failure when another process is at work on it, naming that. */
export async function lockTwin(twin: string, verb: "up" | "down"): Promise<Lock> {
  const result = await tryLock(`twin-${twin}`);
  if (!("heldBy" in result)) return result;
  throw new Failure(`twin ${twin} cannot be brought ${verb}: process ${result.heldBy} is at work on it`, {
    advice: `wait until it has ended, or stop it with: kill ${result.heldBy}`,
  });
}
