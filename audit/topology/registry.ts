/** Every check, in the order in which reports show them. */
import { LIVE_CHECKS } from "./checks/live.ts";
import type { Check } from "./check.ts";
import { addressingExhaustion } from "./checks/addressingExhaustion.ts";
import { addressingIpv6 } from "./checks/addressingIpv6.ts";
import { addressingMasks } from "./checks/addressingMasks.ts";
import { addressingNames } from "./checks/addressingNames.ts";
import { addressingOverlap } from "./checks/addressingOverlap.ts";
import { capacityFailure } from "./checks/capacityFailure.ts";
import { capacityNormal } from "./checks/capacityNormal.ts";
import { coverageBodies } from "./checks/coverageBodies.ts";
import { coverageCommunes } from "./checks/coverageCommunes.ts";
import { coverageUnits } from "./checks/coverageUnits.ts";
import { lawAddresses } from "./checks/lawAddresses.ts";
import { lawAnnex } from "./checks/lawAnnex.ts";
import { lawBackbone } from "./checks/lawBackbone.ts";
import { lawChannels } from "./checks/lawChannels.ts";
import { lawDatacenter } from "./checks/lawDatacenter.ts";
import { lawGateway } from "./checks/lawGateway.ts";
import { lawRegister } from "./checks/lawRegister.ts";
import { lawZones } from "./checks/lawZones.ts";
import { qosEnds } from "./checks/qosEnds.ts";
import { resilienceArticulation } from "./checks/resilienceArticulation.ts";
import { resilienceBridges } from "./checks/resilienceBridges.ts";
import { resilienceDiversity } from "./checks/resilienceDiversity.ts";
import { resiliencePairs } from "./checks/resiliencePairs.ts";
import { resilienceRisks } from "./checks/resilienceRisks.ts";
import { resilienceRouting } from "./checks/resilienceRouting.ts";

export const CHECKS: readonly Check[] = [
  addressingOverlap,
  addressingMasks,
  addressingExhaustion,
  addressingNames,
  addressingIpv6,
  resilienceBridges,
  resilienceArticulation,
  resilienceRisks,
  resilienceDiversity,
  resiliencePairs,
  resilienceRouting,
  capacityNormal,
  capacityFailure,
  qosEnds,
  coverageBodies,
  coverageUnits,
  coverageCommunes,
  lawBackbone,
  lawChannels,
  lawDatacenter,
  lawAddresses,
  lawGateway,
  lawZones,
  lawRegister,
  lawAnnex,
  ...LIVE_CHECKS,
];
