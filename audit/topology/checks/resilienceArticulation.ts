/**
 * No router's loss takes offices off the data center that have two links (an articulation point of the graph). An office's own router
 * takes its own office with it, and offices with one link are told of by resilience.bridges.
 */
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { impactsOf, judgeImpact } from "../resilience.ts";

export const resilienceArticulation: Check = {
  id: "resilience.articulation",
  title: say("resilience.articulation.title"),
  severity: "critical",
  basis: "design",
  source: "Design: two of each router that others depend on",
  reads: ["inventory"],
  run: ({ province, network }) => impactsOf(province, network).filter(({ kind }) => kind === "host").map((impact) => judgeImpact(impact, impact.surprised, "resilience.articulation")),
};
