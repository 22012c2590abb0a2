import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressOf, loadProvince, subnetOf } from "../../inventory/index.ts";
import { contains, formatAddress, last, prefixOf } from "../../inventory/address.ts";
import type { Province } from "../../inventory/model.ts";
import { copyOfSmall } from "../../inventory/testing.ts";
import { securityDesign } from "./design.ts";
import { blocksOf, expiryOf, type Flow, judge, passages } from "./matrix.ts";
import { decidersOf, findNode } from "./nodes.ts";
import { placeOf, placesOf } from "./places.ts";
import { edgesOf } from "./spoofing.ts";

const inventory = (name: string): Province => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");
const FILTER = "/etc/egov/security.nft";

const design = (province: Province, environment = "twin") => securityDesign(province, province.environments.get(environment)!);
const filterOf = (province: Province, host: string): string => design(province).get(host)!.files![FILTER]!.content;

/** The small province with another security.yaml, or more in one of its files. */
function changed(change: (directory: string) => void): Province {
  const directory = copyOfSmall();
  try {
    change(directory);
    return loadProvince(directory).province;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
const edit = (file: string, from: string, to: string) => (directory: string): void => {
  const path = join(directory, file);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, () => to));
};

describe("golden files", () => {
  test.each(["fw1", "r-huyen-bien", "mx1", "core2"])("%s", async (host) => {
    await expect(filterOf(small, host)).toMatchFileSnapshot(`golden/${host}-etc-egov-security.nft`);
  });

  test("the unit that loads it", async () => {
    const { content } = design(small).get("mx1")!.files!["/etc/systemd/system/egov-security.service"]!;
    await expect(content).toMatchFileSnapshot("golden/mx1-etc-systemd-system-egov-security.service");
  });

  test("how a firewall tells the other of its connections", async () => {
    await expect(design(nghean).get("fw1")!.files!["/etc/conntrackd/conntrackd.conf"]!.content).toMatchFileSnapshot("golden/nghe-an-fw1-etc-conntrackd-conntrackd.conf");
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (name, province) => {
  test("the same input gives the same bytes, for every host that is ours and no other", () => {
    expect(JSON.stringify([...design(inventory(name))])).toBe(JSON.stringify([...design(province)]));
    const ours = [...province.hosts.values()].filter((host) => province.sites.get(host.site)?.kind !== "external");
    expect([...design(province).keys()]).toEqual(ours.map((host) => host.name));
  });

  test("nftables takes every host's filter, twice", async () => {
    const files = [...design(province).values()].map((intent) => intent.files![FILTER]!.content);
    const load = files.map((file) => `nft -f - <<'END' && nft -f - <<'END'\n${file}END\n${file}END`);
    const run = promisify(execFile)("unshare", ["--net", "sh", "-e"]);
    run.child.stdin!.end(`${load.join("\n")}\n`);
    expect((await run).stderr).toBe("");
  }, 120_000);

  test("every host lets the operator in on the out-of-band interface, and him alone", () => {
    for (const environment of province.environments.values()) {
      const operator = formatAddress(4, prefixOf(environment.managementPrefix).first + 1n);
      for (const [host, intent] of securityDesign(province, environment)) {
        const lines = intent.files![FILTER]!.content.split("\n").filter((line) => line.includes('"mgmt0"')).map((line) => line.trim());
        expect(lines, host).toEqual([
          `iifname "mgmt0" ip saddr ${operator} tcp dport ${environment.ssh.port} accept`, 'iifname "mgmt0" counter name "drop_policy" drop',
          `oifname "mgmt0" ip daddr ${operator} tcp sport ${environment.ssh.port} accept`, 'oifname "mgmt0" counter name "drop_policy" drop',
        ]);
      }
    }
  });

  test("ranges of places are apart and rising, and hold every address of the inventory in its zone", () => {
    const places = placesOf(province);
    for (const family of ["ipv4", "ipv6"] as const) {
      const ranges = places.ranges[family];
      ranges.forEach((range, i) => expect(range.first <= range.last && (i === 0 || ranges[i - 1]!.last < range.first)).toBe(true));
    }
    expect(places.all.every((place) => place.id < 256)).toBe(true);
    const zoneOf = (address: string): string => placeOf(places, address).zone;
    for (const segment of province.segments.values()) {
      const zone = province.security.zones.find((one) => one.segments?.includes(segment.name))!.name;
      for (const family of ["ipv4", "ipv6"] as const) expect(zoneOf(addressOf(segment.prefixes[family]))).toBe(zone);
    }
    for (const host of province.hosts.values()) {
      if (host.loopback !== undefined) expect([zoneOf(host.loopback.ipv4), zoneOf(host.loopback.ipv6)]).toEqual(["network", "network"]);
    }
    for (const site of province.sites.values()) {
      if (site.kind !== "office" || site.lan === undefined) continue;
      const group = province.bodies.get(site.body ?? "")?.group;
      const wanted = province.security.zones.find((zone) => (group === undefined ? zone.tiers?.includes(site.tier) : zone.groups?.includes(group)))!.name;
      for (const text of [site.lan.ipv4, site.lan.ipv6]) {
        const prefix = prefixOf(text);
        const family: 4 | 6 = prefix.family;
        expect([zoneOf(formatAddress(family, prefix.first)), zoneOf(formatAddress(family, last(prefix)))], site.slug).toEqual([wanted, wanted]);
      }
    }
  });

  test("sets of blocks say what the matrix says, flow by flow", () => {
    const { all } = placesOf(province);
    const blocks = blocksOf(passages(province), all);
    const named = province.security.services.flatMap((service) => service.ports).flatMap((text) => [...text.matchAll(/\d+/g)].map(Number)).filter((port) => port > 0);
    const flow = fc.record({
      from: fc.constantFrom(...all), to: fc.constantFrom(...all), protocol: fc.constantFrom("tcp" as const, "udp" as const, "icmp" as const),
      port: fc.oneof(fc.constantFrom(...named), fc.integer({ min: 1, max: 65_535 })),
    }).map((one): Flow => (one.protocol === "icmp" ? { ...one, port: 0 } : one));
    fc.assert(fc.property(flow, (one) => {
      const holding = blocks.filter(({ from, to, ports }) => from[0] <= one.from.id && one.from.id <= from[1] && to[0] <= one.to.id && one.to.id <= to[1]
        && ports.protocol === one.protocol && ports.first <= one.port && one.port <= ports.last);
      // No two hold the same: nftables would refuse them.
      expect(holding.length).toBe(judge(province, one, new Date(0)).action === "accept" ? 1 : 0);
    }), { numRuns: 5_000 });
  });

  test("an office's addresses may come in from it on each of its links, and nobody else's", () => {
    for (const hub of [...province.hosts.values()].filter((host) => host.role === "core" || host.role === "aggregation")) {
      for (const edge of edgesOf(province, hub).filter((one) => one.within === undefined)) {
        const router = province.hosts.get(hub.interfaces.find((one) => one.name === edge.interface)!.peer!.host)!;
        const site = province.sites.get(router.site)!;
        for (const family of ["ipv4", "ipv6"] as const) expect(edge.sources[family]).toEqual(expect.arrayContaining([site.lan![family], router.loopback![family], ...(site.access === undefined ? [] : [site.access[family]])]));
        const strangers = [...province.sites.values()].filter((one) => one.slug !== site.slug && one.lan !== undefined);
        for (const { lan } of strangers) expect(edge.sources.ipv4.some((text) => contains(prefixOf(text.includes("/") ? text : `${text}/32`), prefixOf(lan!.ipv4)))).toBe(false);
      }
    }
    for (const router of [...province.hosts.values()].filter((host) => host.role === "site-router")) {
      const lan = router.interfaces.find((one) => one.kind === "lan")!;
      expect(edgesOf(province, router).find((edge) => edge.interface === "lan0")!.sources.ipv4).toEqual([subnetOf(lan.ipv4)]);
    }
  });

  test("a host's filter stays small", () => {
    for (const [host, intent] of design(province)) expect(intent.files![FILTER]!.content.length, host).toBeLessThan(24_000);
  });
});

test("an office more changes the filters of its own router and hubs, and no others", () => {
  const more = changed((directory) => {
    appendFileSync(join(directory, "sites.yaml"), "  - {slug: moi, number: 3, kind: office, name: Mới, unit: huyen-bien, area: huyen}\n");
    appendFileSync(join(directory, "hosts.yaml"), "  - {name: r-moi, number: 103, site: moi, role: site-router}\n");
    appendFileSync(join(directory, "links.yaml"), "  - {name: moi-primary, number: 40, role: primary, ends: [agg1, r-moi], capacityMbps: 34}\n");
  });
  const before = design(small);
  const touched = [...design(more)].filter(([host, intent]) => JSON.stringify(before.get(host)) !== JSON.stringify(intent)).map(([host]) => host);
  expect(touched.toSorted()).toEqual(["agg1", "r-moi"]);
});

test("only firewalls that stand in for each other keep each other's states", () => {
  const keepers = (province: Province): string[] => [...design(province)].filter(([, intent]) => intent.packages?.includes("conntrackd")).map(([host]) => host);
  expect(keepers(nghean)).toEqual(["fw1", "fw2"]);
  expect(keepers(small)).toEqual([]);
});

describe("exceptions", () => {
  const rule = "  - {from: [communes], to: [public], services: [ssh], action: accept, purpose: repair, exception: true, expires: 2026-12-31}\n"
    + "  - {from: [communes], to: [services], services: [dns], action: drop, purpose: a worm, exception: true, expires: 2027-01-31}\n";
  const province = changed(edit("security.yaml", "policy:\n", `policy:\n${rule}`));
  const flow = (to: string, protocol: "tcp" | "udp", port: number): Flow => ({ from: findNode(province, "huyen-bien-xa-cat").place, to: findNode(province, to).place, protocol, port });

  test("hold to the end of their last day where the province is, whichever way they decide", () => {
    const before = new Date("2026-12-31T23:59:59+07:00");
    const after = new Date("2027-01-01T00:00:00+07:00");
    expect(judge(province, flow("conf1", "tcp", 22), before).action).toBe("accept");
    expect(judge(province, flow("conf1", "tcp", 22), after).action).toBe("drop");
    expect(judge(province, flow("dns1", "udp", 53), after)).toMatchObject({ action: "drop", rule: { purpose: "a worm" } });
    expect(judge(province, flow("dns1", "udp", 53), new Date("2027-02-01T00:00:00+07:00")).action).toBe("accept");
    expect(expiryOf(province, province.security.policy[0]!) * 1000).toBe(after.getTime());
  });

  test("are watched by the filters themselves: nftables takes them and ends them by the clock", () => {
    const filter = filterOf(province, "fw1");
    expect(filter).toContain(`meta time < ${Date.parse("2027-01-01T00:00:00+07:00") / 1000}000000000 meta mark . ct mark . meta l4proto . th dport @flows_1 accept`);
    expect(filter).toContain('@flows_2 counter name "drop_policy" drop');
    execFileSync("unshare", ["--net", "nft", "-f", "-"], { input: filter });
    expect(filter.indexOf("@flows_1")).toBeLessThan(filter.indexOf("@flows accept"));
  });
});

describe("who decides on a flow", () => {
  const deciders = (from: string, to: string): string[] => decidersOf(small, findNode(small, from), findNode(small, to)).map(({ host, chain }) => `${host} ${chain}`);

  test.each([
    ["huyen-bien", "mbox1", ["r-huyen-bien forward", "agg1 forward", "core2 forward", "fw1 forward", "mbox1 input"]],
    ["huyen-bien", "so-mau", ["r-huyen-bien forward", "agg1 forward", "core2 forward", "core1 forward", "r-so-mau forward"]],
    ["huyen-bien-xa-cat", "huyen-bien", ["r-huyen-bien forward"]],
    ["mx1", "conf1", ["mx1 output", "conf1 input"]],
    ["mx1", "mbox1", ["mx1 output", "fw1 forward", "mbox1 input"]],
    ["outside", "mx1", ["core1 forward", "core2 forward", "fw1 forward", "mx1 input"]],
    ["mon1", "r-so-mau", ["mon1 output", "fw1 forward", "core1 forward", "core2 forward", "r-so-mau input"]],
  ])("from %s to %s", (from, to, expected) => {
    expect(deciders(from, to)).toEqual(expected);
  });

  test("an address stands for whoever has it", () => {
    expect(findNode(small, "10.63.3.11")).toMatchObject({ name: "mx1", place: { zone: "public", role: "mail-exchanger" } });
    expect(findNode(small, "10.61.1.2")).toMatchObject({ name: "huyen-bien", kind: "workstation" });
    expect(findNode(small, "fd60:2014:1:4201::2")).toMatchObject({ name: "huyen-bien-xa-cat", place: { zone: "communes" } });
    expect(findNode(small, "192.0.2.1")).toMatchObject({ kind: "address", place: { zone: "outside" } });
    expect(() => findNode(small, "mx2")).toThrow("nobody is called 'mx2'");
  });
});

