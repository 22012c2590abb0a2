/** The servers' places in the data center's segments: inside, and clear of the firewalls. */
import { formatPrefix, size } from "../address.ts";
import { findBy } from "../lookup.ts";
import { FAMILIES, prefixFor } from "../plan.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawHost } from "../raw.ts";
import { sourceOf } from "../source.ts";

/** The highest index that firewalls take in every segment: the shared gateway is 1, the firewall of rank r has 1 + r. */
export function lastFirewallAddress(hosts: readonly RawHost[]): number {
  return Math.max(1, ...hosts.filter(({ role }) => role === "firewall").map(({ rank }) => 1 + (rank ?? 1)));
}

export function checkSegments(raw: Raw, report: Report): void {
  const { addressing } = raw;
  const lowest = lastFirewallAddress(raw.hosts) + 1;
  for (const host of raw.hosts) {
    const segment = findBy(raw.segments, "name", host.segment);
    if (addressing === undefined || segment === undefined || host.address === undefined) continue;
    const at = sourceOf(host, "address");
    if (host.address < lowest) {
      report.add(at, `the address ${host.address} of "${host.name}" belongs to the firewalls`, `it must be ${lowest} or more`);
    }
    for (const family of FAMILIES) {
      const prefix = prefixFor(addressing, "datacenter", family, segment);
      if (prefix === undefined) continue;
      const highest = size(prefix) - 2n;
      if (BigInt(host.address) <= highest) continue;
      report.add(
        at,
        `the address ${host.address} of "${host.name}" lies outside its segment's ${formatPrefix(prefix)}`,
        `it must be between ${lowest} and ${highest}`,
      );
    }
  }
}
