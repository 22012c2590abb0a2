/** Every check, in the order in which reports show them. */
import type { Check } from "./check.ts";
import { addressingOverlap } from "./checks/addressingOverlap.ts";
import { coverageBodies } from "./checks/coverageBodies.ts";
import { coverageCommunes } from "./checks/coverageCommunes.ts";
import { coverageUnits } from "./checks/coverageUnits.ts";

export const CHECKS: readonly Check[] = [
  addressingOverlap,
  coverageBodies,
  coverageUnits,
  coverageCommunes,
];
