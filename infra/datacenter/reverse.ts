/** Names for addresses: reverse zones and PTR names (RFC 1035, 3.5 and RFC 3596, 2.5). */

import { formatAddress, parseAddress, prefixOf, subnet, subnetCount } from "../../inventory/address.ts";

/** The full name of an address in the reverse tree, with the final dot. */
export function reverseName(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`not an address: ${address}`);
  return `${labels(parsed.family, parsed.value).reverse().join(".")}.${ROOT[parsed.family]}`;
}

/**
 * The zones that hold the names of all addresses of a prefix. Zones are cut where a label ends, every 8 bits in IPv4 and every
 * 4 in IPv6; a prefix that ends between two cuts takes as many zones as it has parts: a /14 four of /16.
 */
export function reverseZones(cidr: string): string[] {
  const prefix = prefixOf(cidr);
  const family = prefix.family;
  const step = family === 4 ? 8 : 4;
  const length = Math.ceil(prefix.length / step) * step;
  return Array.from({ length: Number(subnetCount(prefix, length)) }, (_, index) => {
    const part = subnet(prefix, length, index);
    if (part === undefined) throw new Error(`${cidr} has no part number ${index}`);
    return `${labels(family, part.first).slice(0, length / step).reverse().join(".")}.${ROOT[family]}`;
  });
}

const ROOT = { 4: "in-addr.arpa.", 6: "ip6.arpa." } as const;

/** The labels of an address, most significant first. */
function labels(family: 4 | 6, value: bigint): string[] {
  return family === 4 ? formatAddress(4, value).split(".") : [...value.toString(16).padStart(32, "0")];
}
