/** No single link's cut takes an office off the data center (a bridge of the graph). */
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { impactsOf, judgeImpact } from "../resilience.ts";

export const resilienceBridges: Check = {
  id: "resilience.bridges",
  title: say("resilience.bridges.title"),
  severity: "major",
  basis: "design",
  source: "Design: two links an office, by different carriers and ducts (the law asks for one: law.channels)",
  reads: ["inventory"],
  run: ({ province, network }) => impactsOf(province, network).filter(({ kind }) => kind === "link").map((impact) => judgeImpact(impact, impact.lost, "resilience.bridges")),
};
