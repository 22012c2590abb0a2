import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../../inventory/index.ts";
import { parseAdjacencies } from "../../probes/adjacency.ts";
import { exporterConfigurations } from "../../server/exporterConfiguration.ts";
import type { WanConfiguration } from "./configuration.ts";
import { Pings } from "./pings.ts";
import { parseRouter, type RouterReading } from "./routers.ts";
import { wanMetrics } from "./wan.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const configurationOf = (name: string) => exporterConfigurations(loadProvince(join(ROOT, "inventory", name)).province).wan as WanConfiguration;
const small = configurationOf("small");
/** What FRR 8.4 said on the small province's first core router. */
const NEIGHBOURS = parseAdjacencies(readFileSync(join(ROOT, "monitoring/probes/fixtures/core1-neighbours.txt"), "utf8"));

function reading(more: Partial<RouterReading> = {}): RouterReading {
  return { neighbours: NEIGHBOURS, receiveBytes: new Map([["link1", 5000]]), transmitBytes: new Map([["link1", 7000]]), carrier: new Map([["link1", true]]), ...more };
}

const answer = (address: string, milliseconds: number) => `${address} : [3], 64 bytes, ${milliseconds} ms (0.10 avg, 0% loss)`;
const silence = (address: string) => `${address} : [4], timed out (NaN avg, 100% loss)`;

function pingsOf(configuration: WanConfiguration): Pings {
  return new Pings([...configuration.routers.map((router) => router.address), ...configuration.links.flatMap((link) => link.probes)]);
}

/** Series (name and labels as a text) → value. */
async function seriesOf(configuration: WanConfiguration, pings: Pings, routers: ReadonlyMap<string, RouterReading>): Promise<Map<string, number>> {
  const { metrics, refresh } = wanMetrics(configuration);
  refresh({ pings, routers });
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

describe("fping's lines", () => {
  test("count what was sent, answered and lost in a row", () => {
    const pings = new Pings(["10.0.0.1"]);
    for (const line of [answer("10.0.0.1", 0.25), silence("10.0.0.1"), silence("10.0.0.1"), "ICMP Host Unreachable from 10.0.0.9", answer("10.0.0.2", 1), ""]) pings.read(line);
    expect(pings.of("10.0.0.1")).toEqual({ sent: 3, received: 1, lostInARow: 2, rttSeconds: 0.00025 });
    pings.read(answer("10.0.0.1", 0.5));
    expect(pings.of("10.0.0.1").lostInARow).toBe(0);
  });
});

describe("a router's node exporter", () => {
  const text = [
    'node_network_receive_bytes_total{device="link34"} 1.5e+06', 'node_network_transmit_bytes_total{device="link34"} 200',
    'node_textfile_mtime_seconds{file="/var/lib/prometheus/node-exporter/neighbours.prom"} 1000',
    'router_interface_carrier{interface="link34"} 0',
    'router_neighbour{interface="link34",neighbour="10.60.0.101",protocol="ospf2",state="Full"} 1',
    'router_neighbour{interface="",neighbour="10.60.2.41",protocol="bgp4",state="Active"} 1', "",
  ].join("\n");

  test("is read", () => {
    const read = parseRouter(text, "agg1", "neighbours.prom", 990);
    expect(read.receiveBytes.get("link34")).toBe(1_500_000);
    expect(read.carrier.get("link34")).toBe(false);
    expect(read.neighbours).toEqual([
      { protocol: "ospf2", neighbour: "10.60.0.101", interface: "link34", up: true, state: "Full" },
      { protocol: "bgp4", neighbour: "10.60.2.41", up: false, state: "Active" },
    ]);
  });

  test("whose reporter has stopped, or never wrote, is not believed", () => {
    expect(() => parseRouter(text, "agg1", "neighbours.prom", 1001)).toThrow("agg1: nothing new of its neighbours");
    expect(() => parseRouter("", "agg1", "neighbours.prom", 0)).toThrow("agg1");
  });
});

describe("the metrics", () => {
  const labels = (link: string) => {
    const { district, site, role } = small.links.find((one) => one.link === link)!;
    return `{district="${district}",site="${site}",link="${link}",role="${role}"}`;
  };

  test("a link is up until three requests in a row stay unanswered, at either end of a link between hubs", async () => {
    const pings = pingsOf(small);
    const [near, far] = small.links.find(({ link }) => link === "core1-core2")!.probes as [string, string];
    pings.read(answer(near, 0.2));
    for (let i = 0; i < 2; i++) pings.read(silence(far));
    expect((await seriesOf(small, pings, new Map())).get(`wan_link_up${labels("core1-core2")}`)).toBe(1);
    pings.read(silence(far));
    const series = await seriesOf(small, pings, new Map());
    expect(series.get(`wan_link_up${labels("core1-core2")}`)).toBe(0);
    expect(series.get(`wan_probe_packets_sent_total${labels("core1-core2")}`)).toBe(4);
    expect(series.get(`wan_probe_packets_received_total${labels("core1-core2")}`)).toBe(1);
    expect(series.get(`wan_probe_rtt_seconds${labels("core1-core2")}`)).toBeCloseTo(0.0002);
  });

  test("adjacencies are as intended, or named; those of an unread router are unknown", async () => {
    const series = await seriesOf(small, pingsOf(small), new Map([["core1", reading()]]));
    const live = [...series].filter(([name]) => name.startsWith("routing_adjacency_up"));
    expect(live.length).toBe(small.adjacencies.filter(({ host }) => host === "core1").length);
    expect(live.every(([, value]) => value === 1)).toBe(true);
    expect(series.get('routing_adjacency_unexpected{router="core1"}')).toBe(0);
    expect(series.get('wan_collector_success{router="agg1"}')).toBe(0);

    expect(live.map(([name]) => name)).toContain('routing_adjacency_up{district="none",site="trung-tam-du-lieu",link="core1 - core2",router="core1",protocol="bgp4"}');

    const less = NEIGHBOURS.filter(({ protocol, interface: port }) => !(protocol === "ospf3" && port === "link1"));
    const hurt = await seriesOf(small, pingsOf(small), new Map([["core1", reading({ neighbours: [...less, { protocol: "ospf2", neighbour: "10.9.9.9", interface: "link3", up: true, state: "Full" }] })]]));
    expect([...hurt].filter(([name, value]) => name.startsWith("routing_adjacency_up") && value === 0).map(([name]) => name))
      .toEqual(['routing_adjacency_up{district="none",site="trung-tam-du-lieu",link="core1-core2",router="core1",protocol="ospf3"}']);
    expect(hurt.get('routing_adjacency_unexpected{router="core1"}')).toBe(1);
  });

  test("a hand-off, which nobody can ask from afar, is up while a neighbour over it is", async () => {
    const name = `wan_link_up${labels("core1-tslcd1")}`;
    expect((await seriesOf(small, pingsOf(small), new Map())).has(name)).toBe(false);
    expect((await seriesOf(small, pingsOf(small), new Map([["core1", reading()]]))).get(name)).toBe(1);
    const theirs = new Set(small.adjacencies.filter(({ host, link }) => host === "core1" && link === "core1-tslcd1").map(({ neighbour }) => neighbour));
    const gone = NEIGHBOURS.filter(({ neighbour }) => !theirs.has(neighbour));
    expect((await seriesOf(small, pingsOf(small), new Map([["core1", reading({ neighbours: gone })]]))).get(name)).toBe(0);
  });

  test("bytes, carrier and capacity are those of the data center's end", async () => {
    const series = await seriesOf(small, pingsOf(small), new Map([["core1", reading()]]));
    expect(series.get(`wan_link_receive_bytes_total${labels("core1-core2")}`)).toBe(5000);
    expect(series.get(`wan_link_carrier${labels("core1-core2")}`)).toBe(1);
    expect(series.get(`wan_link_capacity_bytes_per_second${labels("huyen-bien-primary")}`)).toBe(12_500_000);
    expect(series.has(`wan_link_carrier${labels("huyen-bien-primary")}`)).toBe(false);
  });

  test("the whole province takes at most 5,000 series", async () => {
    const whole = configurationOf("nghe-an");
    const routers = new Map(whole.routers.map(({ name }) => {
      const own = whole.links.filter((link) => link.hub === name).map((link) => link.interface);
      const neighbours = whole.adjacencies.filter(({ host }) => host === name).map(({ protocol, neighbour, interface: port }) => ({ protocol, neighbour: neighbour ?? "fe80::1", interface: port, up: true, state: "up" }));
      return [name, { neighbours, receiveBytes: new Map(own.map((port) => [port, 1])), transmitBytes: new Map(own.map((port) => [port, 1])), carrier: new Map(own.map((port) => [port, true])) }];
    }));
    const pings = pingsOf(whole);
    for (const link of whole.links) for (const address of link.probes) pings.read(answer(address, 1));
    const series = await seriesOf(whole, pings, routers);
    expect([...series].filter(([name]) => name.startsWith("wan_link_carrier")).length).toBe(whole.links.length);
    expect([...series].filter(([name]) => name.startsWith("routing_adjacency_up")).every(([, value]) => value === 1)).toBe(true);
    expect(series.size).toBeLessThanOrEqual(5000);
  });
});
