/** With nothing broken, what the services ask for fits every link. */
import { judgeCapacity } from "../capacity.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { wholeState } from "../states.ts";

export const capacityNormal: Check = {
  id: "capacity.normal",
  title: say("capacity.normal.title"),
  severity: "major",
  basis: "design",
  source: "demand.yaml: head counts and the services' rates, on the paths that OSPF's costs give",
  reads: ["inventory"],
  run: (context) => judgeCapacity(context, context.province.demand === undefined ? [] : [wholeState(context)], "capacity.normal"),
};
