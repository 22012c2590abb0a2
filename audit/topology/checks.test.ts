/** Faults that no inventory can have, since the loader refuses them or the designs rule them out: judged on parts that are made by hand. */
import { rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { qosBatch } from "../../infra/network/qos.ts";
import { provinceRouters } from "../../infra/network/router.ts";
import { loadProvince } from "../../inventory/index.ts";
import { derive } from "../../inventory/source.ts";
import { SMALL } from "../../inventory/testing.ts";
import { judgePool } from "./checks/addressingExhaustion.ts";
import { judgeFamilies } from "./checks/addressingIpv6.ts";
import { judgeWire } from "./checks/addressingMasks.ts";
import { judgeNames } from "./checks/addressingNames.ts";
import { capacityFailure } from "./checks/capacityFailure.ts";
import { judgeEnds, toldClasses } from "./checks/qosEnds.ts";
import { resilienceRouting } from "./checks/resilienceRouting.ts";
import { coverageOf } from "./coverage.ts";
import { auditTopology } from "./index.ts";
import { networkOf } from "./network.ts";
import { answersOf, readZones } from "./names.ts";
import { connectionRegister, registerCsv } from "./register.ts";
import { changedProvince, findingLines, withChanged } from "./testing.ts";

const { province } = loadProvince(SMALL);
const AT = new Date("2026-12-01T00:00:00Z");

test("a wrong mask at one end, and one address at both ends, fail; two addresses of one prefix pass", () => {
  const link = province.links.get("core1-agg1")!;
  const wire = (one: string, other: string) => judgeWire({ kind: "link", name: link.name, origin: link, ends: [{ host: "core1", ipv4: one, ipv6: "fd00::/127" }, { host: "agg1", ipv4: other, ipv6: "fd00::1/127" }] });
  expect(wire("10.0.0.0/31", "10.0.0.1/31").verdict).toBe("pass");
  expect(wire("10.0.0.0/31", "10.0.0.1/30")).toMatchObject({ verdict: "fail", finding: { en: "on core1-agg1, core1 has 10.0.0.0/31 and agg1 has 10.0.0.1/30" } });
  expect(wire("10.0.0.0/31", "10.0.0.0/31").verdict).toBe("fail");
});

test("a pool with nine tenths taken is nearly exhausted, and one with all taken is exhausted", () => {
  const at = { file: "addressing.yaml", line: 5, column: 1 };
  const pool = (taken: number) => judgePool({ subject: "pool links ipv4", taken, room: 100n, at });
  expect(pool(89).verdict).toBe("pass");
  expect(pool(90)).toMatchObject({ verdict: "fail", finding: { en: "pool links ipv4 is nearly exhausted: 90 of 100 are taken" } });
  expect(pool(100)).toMatchObject({ verdict: "fail", finding: { en: "pool links ipv4 is exhausted: 100 of 100 are taken" } });
});

test("an address without a pointer, or whose pointer leads to a name that does not know it, has no name", () => {
  const host = province.hosts.get("dns1")!;
  const { addresses, pointers } = answersOf(province);
  expect(judgeNames(province, host, { addresses, pointers }).verdict).toBe("pass");
  const missing = new Map([...pointers].filter(([owner]) => owner !== "11.1.63.10.in-addr.arpa"));
  expect(missing.size).toBe(pointers.size - 1);
  expect(judgeNames(province, host, { addresses, pointers: missing })).toMatchObject({ verdict: "fail", evidence: { nameless: ["10.63.1.11"] } });
  const astray = new Map([...addresses, ["dns1.tinh-mau.gov.vn", new Set(["10.63.1.99"])]]);
  expect(judgeNames(province, host, { addresses: astray, pointers })).toMatchObject({ verdict: "fail", evidence: { nameless: ["10.63.1.11", "fd60:2014:1:4301::b"] } });
});

test("a host without IPv6 on an interface, or with a name that has none, fails", () => {
  const host = province.hosts.get("dns1")!;
  expect(judgeFamilies(province, host, answersOf(province)).verdict).toBe("pass");
  const single = derive({ ...host, interfaces: [{ ...host.interfaces[0]!, ipv6: "" }] }, host);
  const noAaaa = readZones([{ name: "tinh-mau.gov.vn", content: "dns1 A 10.63.1.11\n" }]);
  expect(judgeFamilies(province, single, answersOf(province))).toMatchObject({ verdict: "fail", finding: { en: "eth0 of dns1 has no IPv6 address" } });
  expect(judgeFamilies(province, host, noAaaa)).toMatchObject({ verdict: "fail", finding: { en: "dns1.tinh-mau.gov.vn of dns1 has no IPv6 address" } });
});

test("a class that one end lacks, or has at another rate or priority, is found at that end", () => {
  const link = province.links.get("huyen-bien-primary")!;
  const told = (host: string) => toldClasses(qosBatch(provinceRouters(province).find((router) => router.host.name === host)!)).get("link34")!;
  const [hub, site] = [told("agg1"), told("r-huyen-bien")];
  expect(hub).toHaveLength(5);
  expect(judgeEnds(province, link, [hub, site]).verdict).toBe("pass");
  expect(judgeEnds(province, link, [hub, []])).toMatchObject({ verdict: "fail", finding: { en: "at r-huyen-bien, the class routing of huyen-bien-primary is not what the design gives it of 100 Mbit/s" } });
  expect(judgeEnds(province, link, [hub, site.slice(0, 4)])).toMatchObject({ verdict: "fail", finding: { en: expect.stringContaining("the class bulk") as string } });
  expect(judgeEnds(province, link, [hub, [...site, site[0]!]]).verdict).toBe("fail");
  expect(judgeEnds(province, link, [hub.map((one, i) => (i === 2 ? { ...one, rateKbps: one.rateKbps / 2 } : one)), site])).toMatchObject({ verdict: "fail", finding: { en: expect.stringContaining("at agg1, the class conference") as string } });
  expect(judgeEnds(province, link, [hub, site.map((one, i) => (i === 1 ? { ...one, priority: 4 } : one))])).toMatchObject({ verdict: "fail", finding: { en: expect.stringContaining("the class voice") as string } });
});

test("an office without a LAN, or without a way, does not cover its owner", () => {
  const site = province.sites.get("so-mau")!;
  const body = province.bodies.get("so-mau")!;
  const owner = { kind: "body", subject: "so-mau" } as const;
  expect(coverageOf(owner, [site], body, new Set(["so-mau"])).verdict).toBe("pass");
  expect(coverageOf(owner, [site], body, new Set())).toMatchObject({ verdict: "fail", finding: { en: "the office so-mau of so-mau has no way to the data center, even with nothing broken" } });
  expect(coverageOf(owner, [], body, new Set())).toMatchObject({ verdict: "fail", finding: { en: "so-mau has no office on the network" } });
});

test("without demand nobody knows whether there is room, nor whether there was something to waive", async () => {
  const waiver = "waivers:\n  - {check: capacity.normal, subject: so-mau-primary, until: 2026-12-31, reason: đợi nâng cấp}\n";
  const without = await withChanged([{ file: "waivers.yaml", from: "waivers:\n", to: waiver }], (directory) => {
    rmSync(path.join(directory, "demand.yaml"));
    return loadProvince(directory).province;
  });
  const report = await auditTopology(without, { checks: ["capacity"], at: AT });
  expect(findingLines(report)).toEqual(["normal", "failure"].map((kind) =>
    `capacity.${kind} UNKNOWN tinh-mau: province.yaml:2: nobody has said what the services ask for: there is no demand.yaml; write demand.yaml after schema/demand.schema.json`));
  expect(report.summary.ok).toBe(false);
});

test("the register has every channel once, with what is recorded of it", async () => {
  const recorded = await changedProvince([{ file: "links.yaml", from: "ducts: [quoc-lo-7], pops: [tram-bien], funds: I.1}", to: "ducts: [quoc-lo-7], pops: [tram-bien], since: 2015-06-01, availabilityPercent: 99.5, funds: I.1}" }]);
  const register = connectionRegister(recorded);
  expect(register.map(({ channel }) => channel)).toEqual(["core1-tslcd1", "core2-tslcd1", "huyen-bien-primary", "huyen-bien-backup", "huyen-nui-primary", "so-mau-primary", "so-mau-backup"]);
  expect(register[0]).toEqual({ agency: "Trung tâm dữ liệu", site: "trung-tam-du-lieu", channel: "core1-tslcd1", role: "handoff", carrier: "Nhà mạng A", capacityMbps: 1000 });
  expect(register[4]).toMatchObject({ site: "huyen-nui", since: "2015-06-01", availabilityPercent: 99.5 });
  expect(registerCsv([{ ...register[4]!, agency: 'Ủy ban "Núi", huyện' }])).toBe(
    'agency,site,channel,role,carrier,since,capacityMbps,availabilityPercent\r\n"Ủy ban ""Núi"", huyện",huyen-nui,huyen-nui-primary,primary,Nhà mạng A,2015-06-01,34,99.5\r\n');
});

test("law and design are told apart: every check of the circular names its article, and no other does", async () => {
  const { checks, skipped } = await auditTopology(loadProvince(path.join(SMALL, "..", "nghe-an")).province, { at: AT });
  for (const { id, basis, source } of [...checks, ...skipped]) expect([id, basis]).toEqual([id, source.startsWith("Circular 06/2026/TT-BKHCN art. ") ? "law" : "design"]);
});

test("a network of thousands of routers is said to be too large for a prediction after every failure, at once", () => {
  const network = networkOf(province);
  const context = { province, network: { ...network, sites: Array.from({ length: 200_000 }, () => network.sites[0]!) }, at: AT };
  expect(resilienceRouting.run(context)).toMatchObject([{ verdict: "unknown", finding: { en: "the paths of 200000 offices after every single failure are too many to work out" } }]);
  expect(capacityFailure.run(context)).toMatchObject([{ verdict: "unknown" }]);
});
