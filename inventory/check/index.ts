/** Every check of meaning, beyond what the schemas say. Each reports all that it finds. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";

type Check = (raw: Raw, report: Report) => void;

const CHECKS: readonly Check[] = [];

export function runChecks(raw: Raw, report: Report): void {
  for (const check of CHECKS) check(raw, report);
}
