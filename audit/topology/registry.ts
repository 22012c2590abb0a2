/** Every check, in the order in which reports show them. */
import { LIVE_CHECKS } from "./checks/live.ts";
import type { Check } from "./check.ts";
import { addressingOverlap } from "./checks/addressingOverlap.ts";
import { coverageBodies } from "./checks/coverageBodies.ts";
import { coverageCommunes } from "./checks/coverageCommunes.ts";
import { coverageUnits } from "./checks/coverageUnits.ts";
import { resilienceArticulation } from "./checks/resilienceArticulation.ts";
import { resilienceBridges } from "./checks/resilienceBridges.ts";
import { resilienceDiversity } from "./checks/resilienceDiversity.ts";
import { resiliencePairs } from "./checks/resiliencePairs.ts";
import { resilienceRisks } from "./checks/resilienceRisks.ts";

export const CHECKS: readonly Check[] = [
  addressingOverlap,
  resilienceBridges,
  resilienceArticulation,
  resilienceRisks,
  resilienceDiversity,
  resiliencePairs,
  coverageBodies,
  coverageUnits,
  coverageCommunes,
  ...LIVE_CHECKS,
];
