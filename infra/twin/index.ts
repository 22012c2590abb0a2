/** A province on one machine: every host a real Debian system, every link a wire. */
export { twinUp, type TwinOptions, type TwinReport } from "./up.ts";
export { twinDown } from "./down.ts";
export { twinStatus, twinsHere, type HostStatus, type TwinStatus } from "./status.ts";
export { cutLink, restoreLink } from "./cut.ts";
export { execIn, type ExecOptions, type ExecResult } from "./exec.ts";
export { openTools, runInNamespace, type Tools } from "./tools.ts";
export { twinConnection, twinName, type TwinConnection } from "./names.ts";
export { workstationOf, type CommuneChoice } from "./plan.ts";
export { twinRequirements } from "./requirements.ts";
export { fidelity, type FidelityRow } from "./fidelity.ts";
export type { TwinEvent } from "./events.ts";
