/** Every provincial body has an office whose LAN reaches the data center. */
import type { Check } from "../check.ts";
import { coverageOf, officesBy, reachingSites } from "../coverage.ts";
import { say } from "../messages/index.ts";

export const coverageBodies: Check = {
  id: "coverage.bodies",
  title: say("coverage.bodies.title"),
  severity: "critical",
  basis: "design",
  source: "Decision 3188/QĐ-UBND (2014): 100 % of bodies on the network",
  reads: ["inventory"],
  run: ({ province, network }) => {
    const reaching = reachingSites(network);
    const offices = officesBy(province, ({ body }) => body);
    return [...province.bodies.values()].map((body) =>
      coverageOf({ kind: "body", subject: body.slug }, offices.get(body.slug) ?? [], body, reaching));
  },
};
