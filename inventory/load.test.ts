/** What the description of Nghệ An says once it is loaded, held against the decision and against the network's rules. */
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { contains, overlaps, prefixOf } from "./address.ts";
import {
  bootedHosts,
  hostsOfRole,
  lanWorkstation,
  loadProvince,
  managementAddress,
  operatorAddress,
  ROUTER_ROLES,
  sourceOf,
  subnetOf,
} from "./index.ts";

const DIRECTORY = fileURLToPath(new URL("nghe-an", import.meta.url));
const { province } = loadProvince(DIRECTORY);
const hosts = [...province.hosts.values()];
const sites = [...province.sites.values()];

test("the province has the decision's units, bodies and communes", () => {
  expect(province).toMatchObject({ slug: "nghe-an", code: "40", name: "Nghệ An", communesTotal: 480 });
  expect(province.units.size).toBe(21);
  expect(province.bodies.size).toBe(28);
  expect([...province.bodies.values()].filter(({ decision }) => decision)).toHaveLength(19);
  expect(sites.filter(({ kind }) => kind === "office")).toHaveLength(49);
  expect(hosts).toHaveLength(66);
  expect(province.communes.size).toBe(480);
  expect([...province.communes.values()].filter(({ pilot }) => pilot)).toHaveLength(42);
});

test("the annex has the decision's sums", () => {
  expect(province.funds.totalDong).toBe(364_170_800_000);
  expect(province.funds.groups.map(({ id, totalDong }) => [id, totalDong])).toEqual([
    ["I", 111_170_800_000],
    ["II", 234_000_000_000],
    ["III", 9_000_000_000],
    ["IV", 10_000_000_000],
  ]);
  expect(province.funds.groups.flatMap(({ lines }) => lines.map(({ id }) => id))).toEqual([
    "I.1",
    "I.2",
    "I.3",
    "I.4",
    "I.5",
    "I.6",
    "I.7",
    "II.1",
    "II.2",
    "II.3",
    "II.4",
    "II.5",
    "II.6",
    "III.1",
    "IV.1",
  ]);
  expect(province.roadmap.map(({ year, items }) => [year, items.length])).toEqual([
    [2014, 6],
    [2015, 9],
    [2016, 8],
    [2017, 7],
    [2018, 5],
  ]);
});

describe("the network", () => {
  test("every office has one router with its LAN and two uplinks to different hubs by different carriers", () => {
    for (const site of sites.filter(({ kind }) => kind === "office")) {
      const router = hosts.filter((host) => host.site === site.slug);
      expect(router.map(({ role }) => role)).toEqual(["site-router"]);
      const uplinks = router[0]!.interfaces.filter(({ kind }) => kind === "link").map((port) => province.links.get(port.link!)!);
      expect(uplinks.map(({ role }) => role)).toEqual(["primary", "backup"]);
      expect(new Set(router[0]!.interfaces.map(({ peer }) => peer?.host)).size).toBe(3);
      expect(new Set(uplinks.map(({ carrier }) => carrier)).size).toBe(2);
      expect(new Set(uplinks.map(({ area }) => area))).toEqual(new Set([site.area]));
      expect(uplinks[1]!.cost).toBeGreaterThan(uplinks[0]!.cost);
      expect(subnetOf(router[0]!.interfaces.find(({ name }) => name === "lan0")!.ipv4)).toBe(site.lan!.ipv4);
    }
  });

  test("each area has far fewer than 50 routers and a link of its own between its border routers", () => {
    for (const area of province.routing.areas.slice(1)) {
      const links = [...province.links.values()].filter((link) => link.area === area.name);
      expect(new Set(links.flatMap(({ ends }) => ends.map(({ host }) => host))).size).toBeLessThan(50);
      expect(links.filter(({ role }) => role === "core")).toHaveLength(1);
    }
  });

  test("both ends of a link name each other", () => {
    for (const host of hosts) {
      for (const port of host.interfaces.filter(({ kind }) => kind === "link")) {
        const far = province.hosts.get(port.peer!.host)!.interfaces.find(({ name }) => name === port.peer!.interface)!;
        expect(far.peer).toEqual({ host: host.name, interface: port.name });
        expect(far.link).toBe(port.link);
        expect(subnetOf(far.ipv6)).toBe(subnetOf(port.ipv6));
      }
    }
  });

  test("no address stands twice, and all lie in what the province announces", () => {
    const { ipv4, ipv6 } = province.routing.bgp.announce;
    for (const [family, supernet] of [
      ["ipv4", ipv4],
      ["ipv6", ipv6],
    ] as const) {
      const all = [
        ...hosts.flatMap((host) => host.interfaces.map((port) => port[family].split("/")[0]!)),
        ...hosts.flatMap(({ loopback }) => (loopback ? [loopback[family]] : [])),
        ...[...province.communes.values()].map((commune) => commune[family].split("/")[0]!),
        ...sites.flatMap((site) => lanWorkstation(site)?.[family].split("/")[0] ?? []),
        ...[...province.segments.values()].map(({ gateway }) => gateway[family]),
      ];
      expect(new Set(all).size).toBe(all.length);
      const length = family === "ipv4" ? 32 : 128;
      const foreign = sites.flatMap(({ kind, lan }) => (kind === "external" && lan !== undefined ? [prefixOf(lan[family])] : []));
      for (const address of all) {
        const own = prefixOf(`${address}/${length}`);
        expect(contains(prefixOf(supernet), own) !== foreign.some((lan) => contains(lan, own)), address).toBe(true);
      }
    }
  });

  test("every office's LAN is covered by exactly one summary, its own area's", () => {
    for (const site of sites.filter(({ kind }) => kind === "office")) {
      const covering = province.routing.areas.filter(({ summaries = [] }) => summaries.some((summary) => overlaps(prefixOf(summary), prefixOf(site.lan!.ipv4))));
      expect(covering.map(({ name }) => name)).toEqual([site.area]);
    }
  });
});

describe("how hosts are reached", () => {
  const twin = province.environments.get("twin")!;
  const production = province.environments.get("production")!;

  test("a host's management address follows from its number, after the operator's", () => {
    expect(operatorAddress(twin)).toBe("198.18.0.1");
    expect(managementAddress(twin, province.hosts.get("core1")!)).toBe("198.18.0.2");
    expect(managementAddress(twin, province.hosts.get("r-vinh")!)).toBe("198.18.1.2");
    expect(twin.ssh).toEqual({ user: "root", port: 22 });
    expect(production.ssh).toEqual({
      user: "root",
      port: 22,
      identityFile: path.join(homedir(), ".ssh/egov_ed25519"),
      knownHostsFile: path.join(DIRECTORY, "known_hosts"),
    });
  });

  test("what belongs to somebody else is started in twins only", () => {
    expect(bootedHosts(province, twin)).toHaveLength(66);
    expect(bootedHosts(province, production)).toHaveLength(64);
  });

  test("hosts of a role come in their order of preference", () => {
    expect(hostsOfRole(province, "dns").map(({ name }) => name)).toEqual(["dns1", "dns2"]);
    expect(hosts.filter(({ role, loopback }) => ROUTER_ROLES.includes(role) !== (loopback !== undefined))).toEqual([]);
  });
});

test("every object of the model knows its place", () => {
  const at = (value: object, key?: string): string => {
    const { file, line } = sourceOf(value, key);
    return `${file.slice(DIRECTORY.length + 1)}:${line}`;
  };
  const router = province.hosts.get("r-vinh")!;
  const link = province.links.get("vinh-primary")!;
  expect(at(router)).toMatch(/^hosts\.yaml:\d+$/);
  expect(at(router, "loopback")).toBe(at(router));
  expect(at(router.interfaces[0]!)).toBe(at(link));
  expect(at(router.interfaces[2]!)).toBe(at(province.sites.get("vinh")!));
  expect(at(province.routing, "bfd")).toMatch(/^routing\.yaml:\d+$/);
  expect(at(province.routing.ospf, "deadSeconds")).toBe(
    at(province.routing.ospf, "helloSeconds").replace(/\d+$/, (line) => String(Number(line) + 1)),
  );
  expect(at(province.communes.get("vinh-07")!)).toBe(at(province.units.get("vinh")!));
  expect(at(province.communes.get("vinh-le-mao")!)).toMatch(/^communes\.yaml:\d+$/);
  const all = [
    province,
    ...hosts,
    ...sites,
    ...hosts.flatMap(({ interfaces }) => interfaces),
    ...province.links.values(),
    ...province.risks.values(),
    ...province.segments.values(),
    ...province.environments.values(),
    ...province.communes.values(),
    ...province.routing.areas,
    ...province.qos,
  ];
  for (const value of all) expect(() => sourceOf(value)).not.toThrow();
  expect(() => sourceOf({})).toThrow("was not read from an inventory");
});

test("the model cannot be changed", () => {
  expect(() => ((province.hosts.get("core1") as { rank: number }).rank = 7)).toThrow(TypeError);
  expect(() => (province.hosts as Map<string, unknown>).clear()).toThrow("cannot be changed");
  expect(() => (province.routing.areas as unknown[]).push(1)).toThrow(TypeError);
});
