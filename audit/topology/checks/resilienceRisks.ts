/**
 * Nothing that fails as one (a carrier, a duct, a POP, a power feed, a chassis) takes offices off the data center that have two ways.
 * Those that stand on the failing power feed themselves go down with it.
 */
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { impactsOf, judgeImpact } from "../resilience.ts";

export const resilienceRisks: Check = {
  id: "resilience.risks",
  title: say("resilience.risks.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 4202, 2.3: shared risk link groups, as risks.yaml names them",
  reads: ["inventory"],
  run: ({ province, network }) => impactsOf(province, network).filter(({ kind }) => kind === "risk").map((impact) => judgeImpact(impact, impact.surprised, "resilience.risks")),
};
