/**
 * The prefix plan: which subnet belongs to which number. A subnet depends on nothing but its own number and its pool, so
 * that a new entry never moves the addresses of the others.
 */
import { formatPrefix, nthAddress, parseAddress, prefixOf, size, subnet, type Prefix } from "./address.ts";
import type { Prefixes } from "./model.ts";
import type { PoolName, RawAddressing } from "./raw.ts";

export type Family = "ipv4" | "ipv6";
export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/**
 * Each subnet's prefix length. `step` is the share of the pool that one number takes: a link takes a whole IPv6 /64 and
 * uses the first /127 of it (RFC 6164, section 5), as its neighbours in that /64 must stay unused.
 */
const LENGTHS: Readonly<Record<PoolName, Readonly<Record<Family, { readonly step: number; readonly length: number }>>>> = {
  loopbacks: { ipv4: { step: 32, length: 32 }, ipv6: { step: 128, length: 128 } },
  links: { ipv4: { step: 31, length: 31 }, ipv6: { step: 64, length: 127 } },
  lans: { ipv4: { step: 24, length: 24 }, ipv6: { step: 64, length: 64 } },
  access: { ipv4: { step: 24, length: 24 }, ipv6: { step: 64, length: 64 } },
  datacenter: { ipv4: { step: 24, length: 24 }, ipv6: { step: 64, length: 64 } },
};

/** How much of a pool one number takes, and the length of the subnet in it. LAN-like pools may set another `ipv4Length`. */
export function poolLengths(addressing: RawAddressing, pool: PoolName, family: Family): { step: number; length: number } {
  const wanted = addressing.pools[pool].ipv4Length;
  return family === "ipv4" && wanted !== undefined ? { step: wanted, length: wanted } : LENGTHS[pool][family];
}

/** The subnet that an entry's number gives it, whatever the overrides say; undefined when the pool has no such number. */
export function plannedPrefix(addressing: RawAddressing, pool: PoolName, family: Family, number: number): Prefix | undefined {
  const { step, length } = poolLengths(addressing, pool, family);
  const share = subnet(prefixOf(addressing.pools[pool][family]), step, number);
  return share && { ...share, length };
}

/** The subnet of an entry: its override, or else what its number gives; undefined when the pool has no such number. */
export function prefixFor(
  addressing: RawAddressing,
  pool: PoolName,
  family: Family,
  entry: { readonly name: string; readonly number: number },
): Prefix | undefined {
  const override = addressing.overrides?.[pool]?.[entry.name]?.[family];
  return override === undefined ? plannedPrefix(addressing, pool, family, entry.number) : prefixOf(override);
}

/** The subnets of an entry in both families, as texts. Throws an Error when the pool has no such number. */
export function prefixesFor(
  addressing: RawAddressing,
  pool: PoolName,
  entry: { readonly name: string; readonly number: number },
): Prefixes {
  const texts = FAMILIES.map((family) => {
    const prefix = prefixFor(addressing, pool, family, entry);
    if (prefix === undefined) throw new Error(`the pool ${pool} has no ${family} subnet for number ${entry.number}`);
    return formatPrefix(prefix);
  });
  return { ipv4: texts[0]!, ipv6: texts[1]! };
}

/** The index of host number n in a management prefix: 0 is the network, 1 the operator. */
export function managementIndex(hostNumber: number): number {
  return 1 + hostNumber;
}

/** The highest host number that a management prefix has an address for; its last address is the broadcast. */
export function highestManagementNumber(prefix: Prefix): number {
  return Number(size(prefix)) - 3;
}

/** The addresses of the entry at `index` in both subnets, without prefix length. */
export function addressesAt(prefixes: Prefixes, index: number): { readonly ipv4: string; readonly ipv6: string } {
  return { ipv4: nthAddress(prefixOf(prefixes.ipv4), index), ipv6: nthAddress(prefixOf(prefixes.ipv6), index) };
}

/** The addresses of the entry at `index` in both subnets, with the subnets' lengths. */
export function cidrsAt(prefixes: Prefixes, index: number): Prefixes {
  const { ipv4, ipv6 } = addressesAt(prefixes, index);
  return { ipv4: `${ipv4}/${prefixOf(prefixes.ipv4).length}`, ipv6: `${ipv6}/${prefixOf(prefixes.ipv6).length}` };
}

/** True where `text` is an address inside `prefix`. */
export function isInside(prefix: Prefix, text: string): boolean {
  const address = parseAddress(text);
  return (
    address !== undefined &&
    address.family === prefix.family &&
    address.value >= prefix.first &&
    address.value < prefix.first + size(prefix)
  );
}
