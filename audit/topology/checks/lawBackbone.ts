/** The backbone has two planes: two core routers in different cabinets, each linked to every hub and firewall, and two directions where its links leave the building. */
import type { Link, Province } from "../../../inventory/model.ts";
import { hostsOfRole } from "../../../inventory/reach.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

export const lawBackbone: Check = {
  id: "law.backbone",
  title: say("law.backbone.title"),
  severity: "critical",
  basis: "law",
  source: circular("5.1a"),
  reads: ["inventory"],
  run: ({ province }) => [judgePlanes(province), judgeDirections(province)],
};

function judgePlanes(province: Province): Outcome {
  const cores = hostsOfRole(province, "core");
  const subject = { kind: "province", subject: "planes", hosts: cores.map(({ name }) => name) } as const;
  const fail = (at: object, finding: "law.backbone.oneCore" | "law.backbone.oneChassis" | "law.backbone.onePlane", names: readonly string[] = []): Outcome =>
    ({ ...subject, verdict: "fail", at: sourceOf(at), finding: say(finding, { names: list(names) }), remedy: say(`${finding}.remedy`, { names: list(names) }) });
  if (cores.length < 2) return fail(cores[0] ?? province, "law.backbone.oneCore");
  if (cores.every(({ chassis }) => chassis !== undefined && chassis === cores[0]!.chassis)) return fail(cores[1]!, "law.backbone.oneChassis");
  const neighbours = (name: string): Set<string> => new Set([...province.links.values()].filter(({ ends }) => ends.some(({ host }) => host === name)).flatMap(({ ends }) => ends.map(({ host }) => host)));
  const planes = cores.map(({ name }) => neighbours(name));
  const single = [...hostsOfRole(province, "aggregation"), ...hostsOfRole(province, "firewall")].filter(({ name }) => planes.filter((plane) => plane.has(name)).length < 2);
  return single.length === 0 ? { ...subject, verdict: "pass" } : fail(single[0]!, "law.backbone.onePlane", single.map(({ name }) => name));
}

/** Links between places need two directions; within a building there is none to speak of. */
function judgeDirections(province: Province): Outcome {
  const between = [...province.links.values()].filter((link) => link.role === "core" && new Set(link.ends.map(({ host }) => province.hosts.get(host)!.site)).size > 1);
  const subject = { kind: "province", subject: "directions", links: between.map(({ name }) => name) } as const;
  if (between.length === 0) return { ...subject, verdict: "pass" };
  const unknown = between.find(({ ducts }) => ducts.length === 0);
  if (unknown !== undefined) return { ...subject, verdict: "unknown", at: sourceOf(unknown), finding: say("law.ducts.unknown", { link: unknown.name }), remedy: say("law.ducts.unknown.remedy", { link: unknown.name }) };
  if (areDiverse(between)) return { ...subject, verdict: "pass" };
  return { ...subject, verdict: "fail", at: sourceOf(between[0]!), finding: say("law.backbone.oneDirection", { links: list(between.map(({ name }) => name)) }), remedy: say("law.backbone.oneDirection.remedy") };
}

/** Whether two of the links have no duct in common. */
export function areDiverse(links: readonly Link[]): boolean {
  return links.some((one, i) => links.slice(i + 1).some((other) => !one.ducts.some((duct) => other.ducts.includes(duct))));
}
