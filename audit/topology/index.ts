/** What commands and pages take from the topology audit. */
export { auditTopology, selectChecks, type AuditOptions } from "./audit.ts";
export { changeLines, compareReports, topologyChange, type TopologyChange, type VerdictChange } from "./compare.ts";
export { provinceAgainst } from "./revision.ts";
export { CHECKS } from "./registry.ts";
export { reportLines } from "./text.ts";
export type * from "./types.ts";
