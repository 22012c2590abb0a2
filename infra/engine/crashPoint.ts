/**
 * For tests of what survives: with EGOV_ENGINE_CRASH_AT=<n> in its environment, the engine kills itself by SIGKILL at the
 * n-th of the boundaries that it passes, counted from 1. Without it these calls do nothing.
 */
const crashAt = Number(process.env["EGOV_ENGINE_CRASH_AT"] ?? 0);
let passed = 0;

/** A boundary between two steps that must not be torn apart by a crash. */
export function crashPoint(): void {
  if (crashAt === 0) return;
  passed += 1;
  if (passed === crashAt) process.kill(process.pid, "SIGKILL");
}
