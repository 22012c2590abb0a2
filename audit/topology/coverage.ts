/** Whether somebody's office stands, has a LAN, and reaches the data center with nothing broken. */
import type { Province, Site } from "../../inventory/model.ts";
import { sourceOf } from "../../inventory/source.ts";
import type { AuditContext } from "./check.ts";
import { reachable } from "./graph.ts";
import { say } from "./messages/index.ts";
import { DATA_CENTER, type Network } from "./network.ts";
import type { Outcome, Subject } from "./types.ts";

/** The offices that reach the data center when all stands, by slug. */
export function reachingSites({ graph, sites }: Network): ReadonlySet<string> {
  const seen = reachable(graph, DATA_CENTER);
  return new Set(sites.filter(({ vertex }) => seen[vertex] === 1).map(({ site }) => site.slug));
}

/** The verdict on an owner of offices, such as a body. `origin` is the owner's entry. */
export function coverageOf(owner: Pick<Subject, "kind" | "subject">, offices: readonly Site[], origin: object, reaching: ReadonlySet<string>): Outcome {
  const subject = { ...owner, sites: offices.map(({ slug }) => slug) };
  const values = { owner: owner.subject };
  if (offices.length === 0) return { ...subject, verdict: "fail", at: sourceOf(origin), finding: say("coverage.noSite", values), remedy: say("coverage.noSite.remedy") };
  const good = offices.find((site) => site.lan !== undefined && reaching.has(site.slug));
  if (good !== undefined) return { ...subject, verdict: "pass" };
  const [site] = offices as [Site];
  const reason = site.lan === undefined ? ("coverage.noLan" as const) : ("coverage.noWay" as const);
  return { ...subject, verdict: "fail", at: sourceOf(site), finding: say(reason, { ...values, site: site.slug }), remedy: say(`${reason}.remedy`, { site: site.slug }) };
}

/** The offices of the province by the slug of what they belong to. */
export function officesBy(province: Province, owner: (site: Site) => string | undefined): ReadonlyMap<string | undefined, readonly Site[]> {
  return Map.groupBy([...province.sites.values()].filter(({ kind }) => kind === "office"), owner);
}

/** Tiers below the province's own that have offices and LANs: all but the last, whose units come in through those of the one above. */
export function officeTiers({ province }: Pick<AuditContext, "province">): ReadonlySet<number> {
  const tiers = province.tiers.map(({ tier }) => tier);
  return new Set(tiers.filter((tier) => tier > Math.min(...tiers) && (tier < Math.max(...tiers) || tiers.length <= 2)));
}
