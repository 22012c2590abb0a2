import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { datacenterDesign } from "./design.ts";
import { gatewaysOf, sameGateways } from "./gateways.ts";
import { namedAddresses } from "./names.ts";
import { reverseName, reverseZones } from "./reverse.ts";
import { zones } from "./zones.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");

describe("golden files", () => {
  test.each([
    ["dns1", "/etc/bind/named.conf"],
    ["dns1", "/etc/bind/zones/tinh-mau.gov.vn"],
    ["dns1", "/etc/bind/zones/61.10.in-addr.arpa"],
    ["dns1", "/etc/bind/zones/1.0.0.0.4.1.0.2.0.6.d.f.ip6.arpa"],
    ["dns1", "/etc/systemd/network/10-eth0.network"],
    ["dns1", "/etc/resolv.conf"],
    ["ntp1", "/etc/chrony/chrony.conf"],
    ["ntp1", "/etc/systemd/system/chrony.service.d/egov.conf"],
  ])("%s %s", async (host, path) => {
    const content = datacenterDesign(small).get(host)?.files?.[path]?.content;
    await expect(content).toMatchFileSnapshot(`golden/${host}${path.replaceAll("/", "-")}`);
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (name, province) => {
  test("the same input gives the same bytes", () => {
    expect(JSON.stringify([...datacenterDesign(inventory(name))])).toBe(JSON.stringify([...datacenterDesign(province)]));
  });

  test("every DNS server gets the same zones", () => {
    const servers = [...province.hosts.values()].filter((host) => host.role === "dns").map((host) => datacenterDesign(province).get(host.name)?.files ?? {});
    const ofZones = (files: object) => Object.entries(files).filter(([path]) => path.startsWith("/etc/bind/"));
    for (const files of servers) expect(ofZones(files)).toEqual(ofZones(servers[0] ?? {}));
  });

  test("names are unique, and every address that the province announces leads back to its name", () => {
    const named = namedAddresses(province);
    expect(new Set(named.map((one) => one.name)).size).toBe(named.length);
    const pointers = new Map<string, string>(zones(province).slice(1).flatMap((zone) =>
      [...zone.content.matchAll(/^(\S+) PTR (\S+)$/gm)].map(([, owner, target]) => [`${owner}.${zone.name}.`, target ?? ""] as [string, string])));
    for (const { name, ipv4, ipv6 } of named) {
      for (const address of [ipv4, ipv6]) expect(pointers.get(reverseName(address)), address).toBe(`${name}.${province.services.dns.zone}.`);
    }
    expect(pointers.size).toBe(2 * named.length);
  });

  test("all communes have names", () => {
    const names = new Set(namedAddresses(province).map((one) => one.name));
    for (const commune of province.communes.values()) expect(names).toContain(`${commune.slug}.${commune.unit}`);
  });
});

describe("serials", () => {
  const serial = (text: string | undefined) => Number(/ SOA \S+ \S+ (\d+) /.exec(text ?? "")?.[1]);
  const forward = (ttlSeconds: number) =>
    zones({ ...small, services: { ...small.services, dns: { ...small.services.dns, ttlSeconds } } })[0]?.content;

  test("follow the content and fit 32 bits", () => {
    expect(serial(forward(60))).toBe(serial(forward(60)));
    expect(serial(forward(60))).not.toBe(serial(forward(61)));
    expect(serial(forward(60))).toBeLessThan(2 ** 32);
    expect(serial(forward(60))).toBeGreaterThan(0);
  });
});

describe("reverse names", () => {
  test.each([
    ["10.41.0.0/16", ["41.10.in-addr.arpa."]],
    ["10.40.0.0/14", ["40.10.in-addr.arpa.", "41.10.in-addr.arpa.", "42.10.in-addr.arpa.", "43.10.in-addr.arpa."]],
    ["fd40:3188::/32", ["8.8.1.3.0.4.d.f.ip6.arpa."]],
    ["fd40:3188::/31", ["8.8.1.3.0.4.d.f.ip6.arpa.", "9.8.1.3.0.4.d.f.ip6.arpa."]],
  ])("%s", (prefix, expected) => expect(reverseZones(prefix)).toEqual(expected));

  test("every IPv4 address lies in exactly one zone of a prefix around it", () => {
    fc.assert(fc.property(fc.nat(0xffffffff), fc.integer({ min: 8, max: 30 }), (number, length) => {
      const address = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
      const owner = reverseName(address);
      expect(reverseZones(`${address}/${length}`).filter((zone) => owner.endsWith(`.${zone}`) || owner === zone)).toHaveLength(1);
    }));
  });
});

describe("gateways of the network layer", () => {
  test("pass when they are the inventory's", () => {
    expect(sameGateways(JSON.parse(JSON.stringify(gatewaysOf(small))), gatewaysOf(small), "twin")).toEqual(gatewaysOf(small));
  });
  test("are refused when they are another's", () => {
    expect(() => sameGateways(gatewaysOf(nghean), gatewaysOf(small), "twin")).toThrow("the gateways that network.twin set up are not those of the inventory");
  });
});
