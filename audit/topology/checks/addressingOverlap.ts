/** No two owners share addresses: what overlaps is routed to one of them, and the other is lost. */
import { last, overlaps } from "../../../inventory/address.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import { ownedSubnets, type OwnedSubnet } from "../subnets.ts";
import type { Outcome } from "../types.ts";

export const addressingOverlap: Check = {
  id: "addressing.overlap",
  title: say("addressing.overlap.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 4632, 3.1: a prefix is assigned to one owner, who may divide it",
  reads: ["inventory"],
  run: ({ province }) => judge(ownedSubnets(province)),
};

/** One verdict an owner. Containers are there to be divided, so only what is no container counts against another. */
export function judge(subnets: readonly OwnedSubnet[]): Outcome[] {
  const plain = subnets.filter(({ container }) => !container);
  const sorted = plain.toSorted((a, b) => a.prefix.family - b.prefix.family || (a.prefix.first < b.prefix.first ? -1 : a.prefix.first > b.prefix.first ? 1 : a.prefix.length - b.prefix.length));
  const clashes = new Map<string, { readonly mine: OwnedSubnet; readonly other: OwnedSubnet }>();
  let widest: OwnedSubnet | undefined;
  for (const subnet of sorted) {
    if (widest !== undefined && widest.owner !== subnet.owner && overlaps(widest.prefix, subnet.prefix) && !clashes.has(subnet.owner)) {
      clashes.set(subnet.owner, { mine: subnet, other: widest });
    }
    if (widest === undefined || widest.prefix.family !== subnet.prefix.family || last(subnet.prefix) > last(widest.prefix)) widest = subnet;
  }
  return [...Map.groupBy(plain, ({ owner }) => owner)].map(([owner, own]): Outcome => {
    const clash = clashes.get(owner);
    const subject = { kind: "prefix", subject: owner, evidence: { subnets: own.map(({ cidr }) => cidr) } } as const;
    if (clash === undefined) return { ...subject, verdict: "pass" };
    const values = { owner, mine: clash.mine.cidr, other: clash.other.owner, theirs: clash.other.cidr };
    return { ...subject, verdict: "fail", at: clash.mine.at, finding: say("addressing.overlap", values), remedy: say("addressing.overlap.remedy", values) };
  });
}
