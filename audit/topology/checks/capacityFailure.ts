/** After any single failure of a link or a router, what the services ask for still fits every link. */
import { judgeCapacity } from "../capacity.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { canFollow, statesOf, tooLarge } from "../states.ts";

export const capacityFailure: Check = {
  id: "capacity.failure",
  title: say("capacity.failure.title"),
  severity: "major",
  basis: "design",
  source: "demand.yaml: head counts and the services' rates, on the paths that OSPF's costs give after each single failure",
  reads: ["inventory"],
  run: (context) => context.province.demand !== undefined && !canFollow(context) ? tooLarge(context) : judgeCapacity(context, context.province.demand === undefined ? [] : statesOf(context).slice(1), "capacity.failure"),
};
