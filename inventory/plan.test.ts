import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, formatPrefix, nthCidr, overlaps, parseAddress, parseCidr, prefixOf, subnet, subnetCount } from "./address.ts";
import { loadProvince, type Province } from "./index.ts";
import { FAMILIES, poolLengths, prefixFor } from "./plan.ts";
import { copyOfSmall, SMALL } from "./testing.ts";
import type { PoolName, RawAddressing } from "./raw.ts";

const addressing: RawAddressing = {
  supernet: { ipv4: "10.40.0.0/14", ipv6: "fd40:3188:2014::/48" },
  pools: {
    loopbacks: { ipv4: "10.40.0.0/23", ipv6: "fd40:3188:2014::/64" },
    links: { ipv4: "10.40.2.0/23", ipv6: "fd40:3188:2014:1000::/52" },
    lans: { ipv4: "10.41.0.0/16", ipv6: "fd40:3188:2014:4100::/56" },
    access: { ipv4: "10.42.0.0/16", ipv6: "fd40:3188:2014:4200::/56", ipv4Length: 23 },
    datacenter: { ipv4: "10.43.0.0/20", ipv6: "fd40:3188:2014:4300::/60" },
  },
};

test.each([
  ["links", 34, "10.40.2.68/31", "fd40:3188:2014:1022::/127"],
  ["loopbacks", 257, "10.40.1.1/32", "fd40:3188:2014::101/128"],
  ["lans", 7, "10.41.7.0/24", "fd40:3188:2014:4107::/64"],
  ["access", 7, "10.42.14.0/23", "fd40:3188:2014:4207::/64"],
  ["datacenter", 15, "10.43.15.0/24", "fd40:3188:2014:430f::/64"],
] as const)("%s %i", (pool, number, ipv4, ipv6) => {
  expect(FAMILIES.map((family) => formatPrefix(prefixFor(addressing, pool, family, { name: "x", number })!))).toEqual([
    ipv4,
    ipv6,
  ]);
});

test("subnets lie in their pool and never overlap those of other numbers or pools; beyond the pool there are none", () => {
  const entry = fc.record({
    pool: fc.constantFrom<PoolName>("loopbacks", "links", "lans", "access", "datacenter"),
    number: fc.integer({ min: 1, max: 600 }),
  });
  fc.assert(
    fc.property(entry, entry, fc.constantFrom(...FAMILIES), (a, b, family) => {
      const [one, other] = [a, b].map(({ pool, number }) => prefixFor(addressing, pool, family, { name: "x", number }));
      const pool = prefixOf(addressing.pools[a.pool][family]);
      const fits = BigInt(a.number) < subnetCount(pool, poolLengths(addressing, a.pool, family).step);
      expect(one !== undefined).toBe(fits);
      if (one === undefined) return;
      expect(contains(pool, one)).toBe(true);
      if (other !== undefined && (a.pool !== b.pool || a.number !== b.number)) expect(overlaps(one, other)).toBe(false);
    }),
  );
});

test("all subnets of a pool together are the pool", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 8, max: 28 }),
      fc.integer({ min: 0, max: 4 }),
      (address, length, more) => {
        const pool = parseCidr(`${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${length}`)!;
        const count = Number(subnetCount(pool, length + more));
        const parts = Array.from({ length: count }, (_, i) => subnet(pool, length + more, i)!);
        expect(parts.every((part) => contains(pool, part))).toBe(true);
        expect(new Set(parts.map(formatPrefix)).size).toBe(count);
        expect(subnet(pool, length + more, count)).toBeUndefined();
      },
    ),
  );
});

test("addresses read back as they were written, and other texts are none", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(formatPrefix(parseCidr(`${text}/32`)!)).toBe(`${text}/32`);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      expect(parseAddress(nthCidr(parseCidr(`${text}/128`)!, 0).slice(0, -4))).toEqual(parseAddress(text));
    }),
  );
  for (const text of ["10.1", "010.1.1.1", "1.2.3.4.5", "256.1.1.1", "fe80::1%eth0", "", "x"])
    expect(parseAddress(text), text).toBeUndefined();
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8/8"])
    expect(parseCidr(text), text).toBeUndefined();
});

test("a new site renumbers nobody, wherever it is written", () => {
  const addresses = ({ hosts, sites, communes }: Province): Map<string, unknown> =>
    new Map<string, unknown>([
      ...[...hosts.values()].map((host): [string, unknown] => [
        host.name,
        [host.loopback, host.interfaces.filter((port) => port.peer?.host !== "r-moi")],
      ]),
      ...[...sites.values()].map((site): [string, unknown] => [`site ${site.slug}`, [site.lan, site.access]]),
      ...[...communes.values()].map((commune): [string, unknown] => [commune.slug, [commune.ipv4, commune.ipv6]]),
    ]);
  const before = addresses(loadProvince(SMALL).province);
  const placed = fc.record({
    site: fc.integer({ min: 3, max: 15 }),
    host: fc.integer({ min: 103, max: 163 }),
    link: fc.integer({ min: 40, max: 100 }),
    row: fc.nat(3),
  });
  fc.assert(
    fc.property(placed, ({ site, host, link, row }) => {
      const directory = copyOfSmall();
      try {
        const insert = (file: string, line: string): void => {
          const target = path.join(directory, `${file}.yaml`);
          const lines = readFileSync(target, "utf8").split("\n");
          const first = lines.findIndex((text) => text.startsWith("  - "));
          writeFileSync(target, lines.toSpliced(first + row, 0, line).join("\n"));
        };
        insert("sites", `  - {slug: moi, number: ${site}, kind: office, name: Mới, lat: 18.9, lon: 105.3, area: huyen}`);
        insert("hosts", `  - {name: r-moi, number: ${host}, site: moi, role: site-router}`);
        insert("links", `  - {name: moi-primary, number: ${link}, role: primary, ends: [agg1, r-moi], capacityMbps: 34}`);
        const after = addresses(loadProvince(directory).province);
        expect(after.size).toBe(before.size + 2);
        for (const [name, value] of before) expect(after.get(name), name).toEqual(value);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);
