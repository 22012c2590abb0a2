/**
 * What shares a wire shares a subnet: both ends of a link, and all legs in a segment or LAN, have addresses of one prefix with one length.
 * The loader gives both ends of a link their addresses from one prefix; what is held against each other here is what each host is told.
 */
import { formatPrefix, prefixOf } from "../../../inventory/address.ts";
import type { Interface, Prefixes, Province } from "../../../inventory/model.ts";
import { FAMILIES } from "../../../inventory/plan.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

/** A wire with the addresses, prefix lengths included, that the hosts on it are told. */
interface Wire {
  readonly kind: "link" | "segment" | "site";
  readonly name: string;
  readonly origin: object;
  readonly ends: readonly (Prefixes & { readonly host: string })[];
}

export const addressingMasks: Check = {
  id: "addressing.masks",
  title: say("addressing.masks.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 3021, RFC 6164 and RFC 4291, 2.5.1: one prefix a wire, with one length at every end",
  reads: ["inventory"],
  run: ({ province }) => wiresOf(province).map(judgeWire),
};

export function judgeWire({ kind, name, origin, ends }: Wire): Outcome {
  const subject = { kind, subject: name, hosts: ends.map(({ host }) => host), ...(kind === "link" && { links: [name] }), evidence: { addresses: ends.flatMap(({ host, ipv4, ipv6 }) => [`${host} ${ipv4}`, `${host} ${ipv6}`]) } } as const;
  const [first, ...others] = ends;
  for (const family of FAMILIES) {
    for (const other of others) {
      const [a, b] = [first![family], other[family]];
      if (formatPrefix(prefixOf(a)) === formatPrefix(prefixOf(b)) && a !== b) continue;
      const values = { wire: name, one: first!.host, a, other: other.host, b };
      return { ...subject, verdict: "fail", at: sourceOf(origin), finding: say("addressing.masks", values), remedy: say("addressing.masks.remedy", values) };
    }
  }
  return { ...subject, verdict: "pass" };
}

function wiresOf(province: Province): Wire[] {
  const legs = [...province.hosts.values()].flatMap((host) => host.interfaces.map((one) => ({ host: host.name, one })));
  const [byLink, bySegment] = [Map.groupBy(legs, ({ one }) => one.link), Map.groupBy(legs, ({ one }) => one.segment)];
  const endsOf = (found: readonly { readonly host: string; readonly one: Interface }[] = []) => found.map(({ host, one: { ipv4, ipv6 } }) => ({ host, ipv4, ipv6 }));
  return [
    ...[...province.links.values()].map((link): Wire => ({ kind: "link", name: link.name, origin: link, ends: endsOf(byLink.get(link.name)) })),
    ...[...province.segments.values()].map((segment): Wire => ({ kind: "segment", name: segment.name, origin: segment, ends: endsOf(bySegment.get(segment.name)) })),
  ];
}
