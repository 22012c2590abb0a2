/** Subnet arithmetic for both families. Parsing and formatting (RFC 5952) are ipaddr.js's. */
import ipaddr from "ipaddr.js";

/** A subnet: `first` is its lowest address as a number, `length` its prefix length in bits. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly length: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/**
 * An address as text to its number; undefined when the text is not an address. IPv4 must have four decimal parts,
 * since `010.1` would mean something else to other readers.
 */
export function parseAddress(text: string): Address | undefined {
  if (!parsed.has(text)) parsed.set(text, parseAnew(text));
  return parsed.get(text);
}

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Checks and designs ask for the few hundred addresses of a province some ten times each. */
const parsed = new Map<string, Address | undefined>();

function parseAnew(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { family: 4, value: toNumber(ipaddr.IPv4.parse(text).toByteArray()) };
  if (text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text)) {
    return { family: 6, value: toNumber(ipaddr.IPv6.parse(text).toByteArray()) };
  }
  return undefined;
}

/** An address with prefix length to its subnet, host bits cut off; undefined when the text is none. */
export function parseCidr(text: string): Prefix | undefined {
  const parts = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseAddress(parts?.[1] ?? "");
  const length = Number(parts?.[2]);
  if (address === undefined || length > BITS[address.family]) return undefined;
  const hostBits = BigInt(BITS[address.family] - length);
  return { family: address.family, first: (address.value >> hostBits) << hostBits, length };
}

/** Like `parseCidr`, for texts that were checked already. Throws an Error for anything else. */
export function prefixOf(text: string): Prefix {
  const prefix = parseCidr(text);
  if (prefix === undefined) throw new Error(`not a prefix: ${text}`);
  return prefix;
}

/** How many addresses the subnet has. */
export function size(prefix: Prefix): bigint {
  return 1n << BigInt(BITS[prefix.family] - prefix.length);
}

export function last(prefix: Prefix): bigint {
  return prefix.first + size(prefix) - 1n;
}

export function contains(outer: Prefix, inner: Prefix): boolean {
  return outer.family === inner.family && outer.first <= inner.first && last(inner) <= last(outer);
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.family === b.family && a.first <= last(b) && b.first <= last(a);
}

/** How many subnets of `length` bits fit. */
export function subnetCount(prefix: Prefix, length: number): bigint {
  return length < prefix.length ? 0n : 1n << BigInt(length - prefix.length);
}

/** The subnet with the given index, counted from 0, of all those of `length` bits; undefined beyond the last. */
export function subnet(prefix: Prefix, length: number, index: number): Prefix | undefined {
  if (index < 0 || BigInt(index) >= subnetCount(prefix, length)) return undefined;
  return { family: prefix.family, first: prefix.first + (BigInt(index) << BigInt(BITS[prefix.family] - length)), length };
}

/** The address `index` places after the first (0 is the first itself), as text. Throws a RangeError beyond the last. */
export function nthAddress(prefix: Prefix, index: number): string {
  if (index < 0 || BigInt(index) >= size(prefix)) {
    throw new RangeError(`${formatPrefix(prefix)} has no address with the index ${index}`);
  }
  return formatAddress(prefix.family, prefix.first + BigInt(index));
}

/** The address `index` places after the first, with the subnet's length: `10.41.1.1/24`. */
export function nthCidr(prefix: Prefix, index: number): string {
  return `${nthAddress(prefix, index)}/${prefix.length}`;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.family, prefix.first)}/${prefix.length}`;
}

export function formatAddress(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: BITS[family] / 8 }, (_, i) => Number((value >> BigInt(BITS[family] - 8 * (i + 1))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

function toNumber(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
