/**
 * With nothing broken and after any single failure of a link or a router, routing finds the way that the links leave: an area in pieces, or a summary that is
 * announced by who cannot reach all of it, loses offices although a way stands.
 */
import { sourceOf } from "../../../inventory/source.ts";
import type { AuditContext, Check } from "../check.ts";
import { reachingSites } from "../coverage.ts";
import { list, say } from "../messages/index.ts";
import { canFollow, statesOf, tooLarge, type State } from "../states.ts";
import type { Outcome } from "../types.ts";

export const resilienceRouting: Check = {
  id: "resilience.routing",
  title: say("resilience.routing.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 2328, 3.7 and 12.4.3: partitioned areas, and the ranges that border routers announce",
  reads: ["inventory"],
  run: (context) => {
    if (!canFollow(context)) return tooLarge(context);
    const [whole, ...broken] = statesOf(context) as [State, ...State[]];
    return [judgeWhole(context, whole), ...broken.map((state) => judgeBroken(state, whole))];
  },
};

/** With nothing broken. */
function judgeWhole({ province, network }: AuditContext, { cut }: State): Outcome {
  const reaching = reachingSites(network);
  const missed = cut.filter((site) => reaching.has(site));
  const subject = { kind: "province", subject: province.slug, sites: missed } as const;
  const [first] = missed;
  if (first === undefined) return { ...subject, verdict: "pass" };
  const values = { count: missed.length, sites: list(missed) };
  return { ...subject, verdict: "fail", at: sourceOf(province.sites.get(first)!), finding: say("resilience.routing.whole", values), remedy: say("resilience.routing.remedy", values) };
}

/** After a failure, beyond what is cut off anyway. */
function judgeBroken({ failure, cut }: State, whole: State): Outcome {
  const { kind, name, hosts, links, lost, at } = failure!;
  const missed = cut.filter((site) => !lost.includes(site) && !whole.cut.includes(site));
  const subject = { kind, subject: name, hosts, links, sites: missed, evidence: { cut: cut.length, standing: missed.length } } as const;
  if (missed.length === 0) return { ...subject, verdict: "pass" };
  const values = { name, count: missed.length, sites: list(missed) };
  return { ...subject, verdict: "fail", at, finding: say("resilience.routing", values), remedy: say("resilience.routing.remedy", values) };
}
