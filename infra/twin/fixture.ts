/** A province of three hosts for tests: a core router, a site's router with a LAN and a commune, and a server. */
import type { Environment, Host, Interface, Link, Province, Site } from "../../inventory/model.ts";

/** What a test varies. */
export interface FixtureOptions {
  readonly slug?: string;
  readonly managementPrefix?: string;
  /** Office sites beside the data center, each with a router on a link to the core. 1 by default. */
  readonly offices?: number;
}

/** Only what a twin reads; the rest of the model is empty. */
export function fixtureProvince(options: FixtureOptions = {}): Province {
  const offices = Array.from({ length: options.offices ?? 1 }, (_, index) => index + 1);
  const links = offices.map((n): Link => ({
    name: `core-office${n}`, number: n, role: "primary", capacityMbps: 100, ducts: [], pops: [], cost: 10,
    prefixes: { ipv4: `10.90.1.${2 * n}/31`, ipv6: `fd90:1:${n}::/127` },
    ends: [
      { host: "core", interface: `wan${n}`, ipv4: `10.90.1.${2 * n}/31`, ipv6: `fd90:1:${n}::/127` },
      { host: `office${n}-r1`, interface: "wan0", ipv4: `10.90.1.${2 * n + 1}/31`, ipv6: `fd90:1:${n}::1/127` },
    ],
  }));
  const servers: Interface = { name: "srv0", kind: "segment", segment: "servers", ipv4: "10.90.2.2/24", ipv6: "fd90:2::2/64" };
  const hosts: Host[] = [
    { name: "core", number: 1, site: "center", role: "core", rank: 1, interfaces: [...links.map((link) => linkPort(link, 0)), servers] },
    { name: "dns1", number: 2, site: "center", role: "dns", rank: 1, interfaces: [{ ...servers, ipv4: "10.90.2.10/24", ipv6: "fd90:2::10/64" }] },
    ...offices.map((n): Host => ({
      name: `office${n}-r1`, number: 10 + n, site: `office${n}`, role: "site-router", rank: 1,
      interfaces: [
        linkPort(links[n - 1]!, 1),
        { name: "lan0", kind: "lan", ipv4: `10.91.${n}.1/24`, ipv6: `fd91:${n}::1/64` },
        { name: "acc0", kind: "access", ipv4: `10.92.${n}.1/24`, ipv6: `fd92:${n}::1/64` },
      ],
    })),
  ];
  const sites: Site[] = [
    { slug: "center", number: 1, kind: "datacenter", name: "Trung tâm", tier: 1, lat: 18.67, lon: 105.69 },
    ...offices.map((n): Site => ({
      slug: `office${n}`, number: 10 + n, kind: "office", name: `Cơ quan ${n}`, tier: 2, lat: 18.7, lon: 105.7,
      lan: { ipv4: `10.91.${n}.0/24`, ipv6: `fd91:${n}::/64` }, access: { ipv4: `10.92.${n}.0/24`, ipv6: `fd92:${n}::/64` },
    })),
  ];
  const environment: Environment = {
    name: "twin", kind: "twin", managementPrefix: options.managementPrefix ?? "172.30.90.0/24", addresses: {},
    ssh: { user: "root", port: 22 },
  };
  const communes = offices.flatMap((n) => [1, 2].map((number) => ({
    slug: `commune-${n}-${number}`, name: `Xã ${number}`, unit: `unit${n}`, site: `office${n}`, number, pilot: number === 1,
    ipv4: `10.92.${n}.${1 + number}/24`, ipv6: `fd92:${n}::${1 + number}/64`,
  })));
  const partial: Partial<Province> = {
    slug: options.slug ?? "twin-test",
    sites: bySlug(sites), communes: bySlug(communes), hosts: new Map(hosts.map((host) => [host.name, host])),
    links: new Map(links.map((link) => [link.name, link])),
    segments: new Map([["servers", {
      name: "servers", number: 1, purpose: "máy chủ", interface: "srv0", prefixes: { ipv4: "10.90.2.0/24", ipv6: "fd90:2::/64" },
      gateway: { ipv4: "10.90.2.1", ipv6: "fd90:2::1" },
    }]]),
    environments: new Map([["twin", environment]]),
  };
  return partial as Province;
}

function linkPort(link: Link, side: 0 | 1): Interface {
  const own = link.ends[side];
  const other = link.ends[side === 0 ? 1 : 0];
  return { name: own.interface, kind: "link", ipv4: own.ipv4, ipv6: own.ipv6, link: link.name, peer: { host: other.host, interface: other.interface } };
}

function bySlug<T extends { readonly slug: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.slug, item]));
}
