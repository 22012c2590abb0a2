/** What the other rooms take from the inventory. The model's types stand in model.ts. */
export { checkInventory, loadProvince } from "./load.ts";
export { initInventory } from "./init.ts";
export { formatProblem, InventoryErrors, type Problem } from "./problem.ts";
export { restructure, writeRestructuring, type Moved, type Restructuring, type Step } from "./restructure/index.ts";
export { sourceOf, type Source } from "./source.ts";
export { Failure } from "./failure.ts";
export {
  accessGateway,
  addressOf,
  bootedHosts,
  hostsOfRole,
  lanWorkstation,
  managementAddress,
  managementCidr,
  operatorAddress,
  subnetOf,
  type Endpoint,
} from "./reach.ts";
export type * from "./model.ts";
export { ROUTER_ROLES } from "./model.ts";
