/** What is read of hosts, and the judgements on it, without a host: each with a network that says what it should, and one word changed. */
import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { networkDesign, stateEdgeDesign } from "../../../infra/network/design.ts";
import { intendedAdjacencies } from "../../../infra/network/adjacency.ts";
import { isRouter } from "../../../infra/network/router.ts";
import { addressOf, loadProvince, subnetOf } from "../../../inventory/index.ts";
import type { Host, Province } from "../../../inventory/model.ts";
import { auditTopology } from "../audit.ts";
import { intendedClasses } from "../checks/liveQos.ts";
import { stateHost } from "../../../infra/network/bgp.ts";
import { fingerprints, keyOf, parseConfiguration } from "./configuration.ts";
import { type LiveHost, type LiveInterface, type LiveRoute, parseClasses, parseHost, parseInterfaces, parseLldp, parseMarks, parsePings, parseRoutes } from "./host.ts";
import { measuredOf, WEEK_SAMPLES } from "./measured.ts";
import type { LiveNetwork } from "./network.ts";
import { addressesAt } from "./places.ts";
import { parseStream } from "./streams.ts";
import { parseTrace } from "./trace.ts";
import { predict } from "../spf.ts";

const { province } = loadProvince(resolve(import.meta.dirname, "../../../inventory/small"));
const environment = province.environments.get("twin")!;

describe("what hosts say", () => {
  test("ip's interfaces: addresses of the host, link-local ones apart, errors of both directions", () => {
    const text = JSON.stringify([{
      ifname: "link3", mtu: 1500, flags: ["BROADCAST", "UP", "LOWER_UP"], operstate: "UP",
      addr_info: [{ family: "inet", local: "10.60.2.7", prefixlen: 31, scope: "global" }, { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link" }],
      stats64: { rx: { packets: 7, errors: 1, over_errors: 1, dropped: 2 }, tx: { packets: 3, errors: 0, carrier_errors: 2, collisions: 0, dropped: 0 } },
    }]);
    expect(parseInterfaces(text)).toEqual([{ name: "link3", mtu: 1500, up: true, carrier: true, addresses: ["10.60.2.7/31"], linkLocal: ["fe80::1"], counters: { packets: 10, errors: 4, dropped: 2 } }]);
  });

  test("ip's routes: one next hop, several, an IPv6 one for IPv4, none, a discard", () => {
    const text = JSON.stringify([
      { dst: "default", gateway: "10.0.0.1", dev: "link1", protocol: "ospf" },
      { dst: "10.1.0.1", protocol: "ospf", nexthops: [{ gateway: "10.0.0.1", dev: "link1" }, { via: { family: "inet6", host: "fe80::2" }, dev: "link2" }] },
      { dst: "10.2.0.0/24", dev: "lan0", protocol: "kernel" },
      { type: "blackhole", dst: "10.3.0.0/20", protocol: "static" },
    ]);
    expect(parseRoutes(text, "0.0.0.0/0", 32)).toEqual([
      { prefix: "0.0.0.0/0", protocol: "ospf", blackhole: false, nextHops: [{ interface: "link1", gateway: "10.0.0.1" }] },
      { prefix: "10.1.0.1/32", protocol: "ospf", blackhole: false, nextHops: [{ interface: "link1", gateway: "10.0.0.1" }, { interface: "link2", gateway: "fe80::2" }] },
      { prefix: "10.2.0.0/24", protocol: "kernel", blackhole: false, nextHops: [{ interface: "lan0" }] },
      { prefix: "10.3.0.0/20", protocol: "static", blackhole: true, nextHops: [] },
    ]);
  });

  test("lldpcli's neighbours, and none", () => {
    const neighbour = { name: "link3", chassis: [{ name: [{ value: "core1" }] }], port: [{ id: [{ type: "ifname", value: "link7" }] }] };
    expect(parseLldp(JSON.stringify({ lldp: [{ interface: [neighbour] }] }))).toEqual([{ interface: "link3", host: "core1", port: "link7" }]);
    expect(parseLldp(JSON.stringify({ lldp: [{}] }))).toEqual([]);
  });

  test("tc's classes in every unit, fping's counts, nft's marks", () => {
    expect(parseClasses("dev link34\nclass htb 1:1 root rate 1Gbit ceil 1Gbit burst 1b\nclass htb 1:10 parent 1:1 leaf 8402: prio 0 rate 1700Kbit ceil 34Mbit burst 1600b")).toEqual([
      { interface: "link34", id: "1:1", rateKbit: 1_000_000, ceilKbit: 1_000_000 }, { interface: "link34", id: "1:10", rateKbit: 1700, ceilKbit: 34_000 },
    ]);
    expect(parsePings("10.60.2.69 : xmt/rcv/%loss = 10/7/30%, min/avg/max = 0.05/0.1/0.2\n10.60.2.6  : xmt/rcv/%loss = 10/0/100%")).toEqual([
      { address: "10.60.2.69", sent: 10, received: 7 }, { address: "10.60.2.6", sent: 10, received: 0 },
    ]);
    expect(parseMarks("meta nfproto ipv4 meta priority set ip dscp map { cs6 : 1:10, ef : 1:20 }")).toEqual(new Map([["cs6", "1:10"], ["ef", "1:20"]]));
  });

  test("a daemon that does not run is named, and the rest still counts; a cut-off answer is refused", () => {
    const host = parseHost("@@addresses\n[]\n@@routes4\n[]\n@@routes6\n[]\n@@neighbours\nospfd is not running\n@@lldp\nunable to connect to socket\n@@pings\n@@end\n");
    expect(host.unreadable).toEqual({ neighbours: "ospfd is not running", lldp: "unable to connect to socket" });
    expect(host.neighbours).toBeUndefined();
    expect(() => parseHost("@@addresses\n[]\n")).toThrow("cut off");
  });

  test("traceroute and ping: hops until the address, silence among them, the hop limit", () => {
    const route = "traceroute to 10.63.1.11, 16 hops max\n 1  10.61.1.1  0.1 ms\n 2  *\n 3  10.63.1.11  0.3 ms\n 4  10.63.1.11  0.3 ms\n";
    expect(parseTrace(`${route}@@\n1480 bytes from 10.63.1.11: icmp_seq=1 ttl=60 time=0.1 ms`, "10.63.1.11")).toEqual({ hops: ["10.61.1.1", undefined], arrived: true, fullSize: true, ttl: 60 });
    expect(parseTrace("@@\nping: local error: message too long, mtu=1400", "10.63.1.11")).toEqual({ hops: [], arrived: false, fullSize: false });
  });

  test("a stream's losses as time, but for its last packets", () => {
    const lines = [1, 2, 4, 7].map((n) => `64 bytes from 10.0.0.1: icmp_seq=${n} ttl=60 time=1 ms`).concat("From 10.0.1.1 icmp_seq=5 Destination Net Unreachable");
    const summary = (milliseconds: number): string => `10 packets transmitted, 4 received, +1 errors, 60% packet loss, time ${milliseconds}ms`;
    expect(parseStream([...lines, summary(180)].join("\n"))).toEqual({ sent: 10, lostMilliseconds: 60, longestGapMilliseconds: 40 });
    expect(parseStream([...lines, summary(270)].join("\n"))).toEqual({ sent: 10, lostMilliseconds: 90, longestGapMilliseconds: 60 });
  });

  test("Prometheus: percentiles in Mbit/s beside their number of samples", () => {
    const sample = (direction: string, figure: string, value: string) => ({ metric: { link: "a-b", direction, figure }, value: [0, value] as const });
    expect(measuredOf([sample("receive", "p95", "1250000"), sample("transmit", "samples", "7"), sample("receive", "samples", "2016"), sample("transmit", "p95", "2500000")])).toEqual(new Map([
      ["a-b receive", { p95Mbps: 10, samples: 2016 }], ["a-b transmit", { p95Mbps: 20, samples: 7 }],
    ]));
  });

  test("FRR's statements with their blocks; fingerprints of keys by the secret that they should be", () => {
    const statements = parseConfiguration(["interface link1", " ip ospf cost 10", "exit", "!", "router bgp 1", " address-family ipv4 unicast", "  network 10.0.0.0/8", " exit-address-family", "exit"]);
    expect(statements.map(keyOf)).toEqual(["interface link1", "interface link1 / ip ospf cost 10", "router bgp 1", "router bgp 1 / address-family ipv4 unicast", "router bgp 1 / address-family ipv4 unicast / network 10.0.0.0/8"]);
    const intended = ["interface link1", " ip ospf message-digest-key 1 md5 {{secret:ospf}}"];
    expect(fingerprints(intended, ["interface link1", " ip ospf message-digest-key 1 md5 #abc"])).toMatchObject([{ secret: "ospf", fingerprint: "#abc" }]);
    expect(fingerprints(intended, ["interface link1"])).toMatchObject([{ fingerprint: undefined }]);
  });
});

/** What a host would say if everything were as intended. */
function asIntended(host: Host): LiveHost {
  const design = new Map([...networkDesign(province), ...stateEdgeDesign(province)]).get(host.name);
  const loopbacks = [...(host.loopback === undefined ? [] : [host.loopback]), ...(host.role === "state-edge" ? [stateHost(province)] : [])].flatMap(({ ipv4, ipv6 }) => [`${ipv4}/32`, `${ipv6}/128`]);
  const port = (name: string, addresses: readonly string[], linkLocal: readonly string[] = []): LiveInterface => ({ name, mtu: 1500, up: true, carrier: true, addresses, linkLocal, counters: { packets: 1000, errors: 0, dropped: 0 } });
  const gateways = host.role === "firewall" ? [...province.segments.values()].map(({ gateway }) => `${gateway.ipv4}/32`) : [];
  const interfaces = [...host.interfaces.map((one) => port(one.name, [one.ipv4, one.ipv6])), port("lo", loopbacks), port("vrrp", gateways)];
  const pings = host.interfaces.flatMap((one) => {
    const far = one.link === undefined ? undefined : province.links.get(one.link)!.ends.find((end) => end.host !== host.name)!;
    return far === undefined ? [] : [{ address: addressOf(far.ipv4), sent: 10, received: 10 }];
  });
  const routes = { ipv4: routesOf(host, "ipv4"), ipv6: routesOf(host, "ipv6") };
  if (!isRouter(host) || design === undefined) return { interfaces, routes, pings, unreadable: {} };
  return {
    interfaces, routes, pings, unreadable: {},
    neighbours: intendedAdjacencies(province).filter((one) => one.host === host.name).map((one) => ({
      protocol: one.protocol, neighbour: one.neighbour ?? "fe80::1", interface: one.interface, up: true, state: one.protocol.startsWith("ospf") ? "Full" : "up",
    })),
    configuration: design.files!["/etc/frr/frr.conf"]!.content.replaceAll(/\{\{secret:(\w+)\}\}/g, "#$1").split("\n"),
    lldp: host.interfaces.flatMap((one) => {
      const link = one.link === undefined ? undefined : province.links.get(one.link);
      const far = link?.ends.find((end) => end.host !== host.name);
      return far === undefined || link?.role === "handoff" ? [] : [{ interface: one.name, host: far.host, port: far.interface }];
    }),
    classes: intendedClasses(design),
    marks: parseMarks(`${design.files!["/etc/egov/network.nft"]!.content} table inet egov_qos`),
  };
}

/** A route to each place, as predicted; what is at the router itself is at its interfaces. */
function routesOf(host: Host, family: "ipv4" | "ipv6"): LiveRoute[] {
  if (!isRouter(host)) return [];
  const connected = host.interfaces.map((one): LiveRoute => ({ prefix: subnetOf(one[family]), protocol: "kernel", blackhole: false, nextHops: [{ interface: one.name }] }));
  return [...connected, ...[...addressesAt(province)].flatMap(([place, address]): LiveRoute[] => {
    const decision = predict(province).decision(host.name, place, family);
    const prefix = `${address[family]}/${family === "ipv4" ? 32 : 128}`;
    if (decision.kind === "drop") return decision.why === "discarded" ? [{ prefix, protocol: "ospf", blackhole: true, nextHops: [] }] : [];
    if (decision.kind === "deliver") return [];
    return [{ prefix, protocol: "ospf", blackhole: false, nextHops: decision.hops.map((hop) => {
      const ends = province.links.get(hop.link)!.ends;
      return { interface: ends.find((end) => end.host === host.name)!.interface, gateway: addressOf(ends.find((end) => end.host === hop.host)![family]) };
    }) }];
  })];
}

describe("judgements", () => {
  let hosts: Map<string, LiveHost>;
  beforeAll(() => { hosts = new Map([...province.hosts.values()].map((host) => [host.name, asIntended(host)])); });

  async function judge(changed: Readonly<Record<string, Partial<LiveHost>>> = {}, silent: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const now = new Map([...hosts].filter(([name]) => silent[name] === undefined).map(([name, host]) => [name, { ...host, ...changed[name] }]));
    const live: LiveNetwork = { environment, hosts: now, silent: new Map(Object.entries(silent)), traces: [] };
    const { checks } = await auditTopology(province, { checks: ["live", "addressing.live", "paths", "qos"], readings: { live } });
    return checks.flatMap(({ id, subjects }) => subjects.filter(({ verdict }) => verdict !== "pass").map(({ subject, verdict }) => `${id} ${subject}: ${verdict}`));
  }

  const interfacesOf = (host: string, name: string, change: Partial<LiveInterface>): Partial<LiveHost> =>
    ({ interfaces: hosts.get(host)!.interfaces.map((one) => (one.name === name ? { ...one, ...change } : one)) });

  test("a network as intended has no finding", async () => expect(await judge()).toEqual([]));

  test("each fault is found where it is", async () => {
    expect(await judge({ agg1: interfacesOf("agg1", "link34", { mtu: 1400 }) })).toEqual(["live.mtu agg1 link34: fail"]);
    expect(await judge({ agg1: interfacesOf("agg1", "link34", { carrier: false }) })).toEqual(["live.interfaces agg1 link34: fail"]);
    expect(await judge({ agg1: interfacesOf("agg1", "link34", { counters: { packets: 100, errors: 5, dropped: 0 } }) })).toEqual(["live.errors agg1 link34: fail"]);
    expect(await judge({ ntp1: interfacesOf("ntp1", "eth0", { addresses: [...hosts.get("ntp1")!.interfaces[0]!.addresses, "10.63.1.11/24"] }) })).toEqual(["addressing.live dns1: fail", "addressing.live ntp1: fail"]);
    expect(await judge({ fw1: { lldp: hosts.get("fw1")!.lldp!.map((one) => (one.interface === "link7" ? { ...one, port: "link8" } : one)) } })).toEqual(["live.lldp core1-fw1: fail"]);
    expect(await judge({ fw1: { neighbours: hosts.get("fw1")!.neighbours!.filter((one) => !(one.protocol === "bfd6" && one.interface === "link7")) } })).toEqual(["live.bfd fw1 link7 bfd6: fail"]);
    const rogue = { protocol: "ospf2", neighbour: "10.99.99.99", interface: "link34", up: true, state: "Full" } as const;
    expect(await judge({ agg1: { neighbours: [...hosts.get("agg1")!.neighbours!, rogue] } })).toEqual(["live.ospf2 agg1 link34 ospf2 10.99.99.99: fail"]);
    expect(await judge({ agg1: { pings: hosts.get("agg1")!.pings.map((one) => (one.address === "10.60.2.69" ? { ...one, received: 6 } : one)) } })).toEqual(["live.loss huyen-bien-primary: fail"]);
    expect(await judge({ agg1: { classes: hosts.get("agg1")!.classes!.slice(1) } })).toEqual(["qos.classes agg1 link34: fail"]);
    const lines = hosts.get("agg1")!.configuration!;
    const edit = (from: RegExp, to: string): Partial<LiveHost> => ({ configuration: lines.map((line, i) => (i > lines.indexOf("interface link34") ? line.replace(from, to) : line)) });
    expect(await judge({ agg1: edit(/ip ospf area 0\.0\.0\.1$/, "ip ospf area 0.0.0.0") })).toEqual(["live.areas agg1 link34: fail", "live.areas agg1 link36: fail"]);
    expect(await judge({ agg1: edit(/ip ospf cost 1000/, "ip ospf cost 999") })).toEqual(["live.costs agg1 link34: fail"]);
    expect(await judge({ agg1: edit(/md5 #ospf/, "md5 #other") })).toEqual(["live.authentication agg1 link34: fail", "live.authentication agg1 link36: fail"]);
    expect(await judge({ agg1: { configuration: [...lines, "ip route 10.9.0.0/16 10.60.2.6"] } })).toEqual(["live.statics agg1: fail"]);
  });

  test("a default route that leaks is found at its router, and on every path that follows it", async () => {
    const { ipv4, ipv6 } = hosts.get("r-so-mau")!.routes;
    const leak: LiveRoute = { prefix: "10.224.0.1/32", protocol: "ospf", blackhole: false, nextHops: [{ interface: "link129", gateway: "10.60.3.2" }] };
    expect(await judge({ "r-so-mau": { routes: { ipv4: [...ipv4.filter((one) => one.prefix !== leak.prefix), leak], ipv6 } } })).toEqual(["live.routes r-so-mau: fail", "paths.live so-mau > outside: fail"]);
  });

  test("in IPv6 some of the equal ways are as good as all, but none that is not among them", async () => {
    const { ipv4, ipv6 } = hosts.get("fw1")!.routes;
    const edit = (family: "ipv4" | "ipv6", nextHops: (route: LiveRoute) => LiveRoute["nextHops"]): Partial<LiveHost> => {
      const changed = (routes: readonly LiveRoute[]) => routes.map((route) => (route.nextHops.length > 1 ? { ...route, nextHops: nextHops(route) } : route));
      return { routes: { ipv4: family === "ipv4" ? changed(ipv4) : ipv4, ipv6: family === "ipv6" ? changed(ipv6) : ipv6 } };
    };
    const first = (route: LiveRoute) => route.nextHops.slice(0, 1);
    expect(await judge({ fw1: edit("ipv6", first) })).toEqual([]);
    expect(await judge({ fw1: edit("ipv4", first) })).toContain("live.routes fw1: fail");
    expect(await judge({ fw1: edit("ipv6", () => []) })).toContain("live.routes fw1: fail");
  });

  test("of a host that does not answer everything is unknown, and of no other host's neighbours", async () => {
    const said = await judge({}, { "r-so-mau": "no answer on port 22 for 5 s" });
    expect(said.every((line) => line.endsWith(": unknown"))).toBe(true);
    expect(said).toEqual(expect.arrayContaining(["live.ospf2 r-so-mau link128 ospf2: unknown", "live.routes r-so-mau: unknown", "paths.live so-mau > datacenter: unknown", "live.lldp so-mau-primary: unknown"]));
    expect(said.some((line) => line.includes("core1 "))).toBe(false);
  });

  test("on real hosts the edge of the state network is not judged, and a way out ends there", async () => {
    const ours = new Map([...hosts].filter(([name]) => !["tslcd1", "bo-mau"].includes(name)));
    const live: LiveNetwork = { environment: province.environments.get("production")!, hosts: ours, silent: new Map(), traces: [] };
    const { checks, summary } = await auditTopology(province, { checks: ["live", "addressing.live", "paths", "qos"], readings: { live } });
    expect(summary).toMatchObject({ fail: 0, unknown: 0 });
    const pairs = checks.find(({ id }) => id === "paths.live")!.subjects.map(({ subject }) => subject);
    expect(pairs).toContain("so-mau > outside");
    expect(pairs).not.toContain("outside > so-mau");
  });

  test("a week that is not whole is unknown, and 90 % is the limit", async () => {
    const links = new Map([...province.links.values()].flatMap((link) => ["receive", "transmit"].map((direction) => [`${link.name} ${direction}`, { p95Mbps: link.capacityMbps * 0.9, samples: WEEK_SAMPLES }] as const)));
    const of = async (changes: readonly (readonly [string, { p95Mbps: number; samples: number }])[]) =>
      (await auditTopology(province as Province, { checks: ["capacity.measured"], readings: { prometheus: { links: new Map([...links, ...changes]) } } })).checks[0]!.subjects.filter((one) => one.verdict !== "pass").map((one) => `${one.subject} ${one.verdict}`);
    expect(await of([])).toEqual([]);
    expect(await of([["huyen-nui-primary receive", { p95Mbps: 30.7, samples: WEEK_SAMPLES }], ["huyen-nui-primary transmit", { p95Mbps: 1, samples: WEEK_SAMPLES - 1 }]])).toEqual(["huyen-nui-primary receive fail", "huyen-nui-primary transmit unknown"]);
  });
});
