/** What commands and pages take from the topology audit. */
export { auditTopology, selectChecks, type AuditOptions } from "./audit.ts";
export { CHECKS } from "./registry.ts";
export { reportLines } from "./text.ts";
export type * from "./types.ts";
