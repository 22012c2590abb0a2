/** The `wan` exporter: links, what they carry and lose, and the routing adjacencies, each beside what the inventory intends. */
import { adjacencyKey, matchAdjacencies } from "../../probes/adjacency.ts";
import { Metrics } from "../client.ts";
import { every, serve } from "../serve.ts";
import type { WanConfiguration, WanLink } from "./configuration.ts";
import { Pings } from "./pings.ts";
import { readRouter, type RouterReading } from "./routers.ts";

/** Unanswered requests in a row, one a second, after which an address counts as dead. */
const DEAD_AFTER = 3;

/** Readings of its reporter that a router may miss. */
const STALE_READINGS = 4;

const LINK = ["district", "site", "link", "role"] as const;
const BITS_PER_BYTE = 8;

/** What the exporter knows: routers by name; absent while one cannot be read. */
export interface WanKnowledge {
  readonly pings: Pings;
  readonly routers: ReadonlyMap<string, RouterReading>;
}

export function runWan(configuration: WanConfiguration): void {
  const { port, everySeconds, neighboursFile } = configuration;
  const pings = new Pings([...configuration.routers.map((router) => router.address), ...configuration.links.flatMap((link) => link.probes)]);
  const routers = new Map<string, RouterReading>();
  pings.start();
  every(everySeconds, async () => {
    const errors = await Promise.all(configuration.routers.map(async (router) => {
      try {
        routers.set(router.name, await readRouter(router, neighboursFile, everySeconds * STALE_READINGS));
        return [];
      } catch (error) {
        routers.delete(router.name);
        return [`${router.name}: ${(error as Error).message}`];
      }
    }));
    if (errors.flat().length > 0) throw new Error(errors.flat().join("; "));
  });
  const { metrics, refresh } = wanMetrics(configuration);
  serve(port, metrics, () => refresh({ pings, routers }));
}

/** The metrics, and how they follow from what is known. */
export function wanMetrics(configuration: WanConfiguration): { metrics: Metrics; refresh: (known: WanKnowledge) => void } {
  const metrics = new Metrics();
  const info = metrics.gauge("wan_link_info", "A link of the inventory, with the router that it hangs on and its carrier.", [...LINK, "hub", "carrier"]);
  const up = metrics.gauge("wan_link_up", `1 unless an end has left ${DEAD_AFTER} echo requests in a row unanswered; at a hand-off, while a neighbour is up.`, LINK);
  const carrier = metrics.gauge("wan_link_carrier", "1 while the data center's end of the link has a carrier.", LINK);
  const capacity = metrics.gauge("wan_link_capacity_bytes_per_second", "Capacity of the link in each direction.", LINK);
  const received = metrics.counter("wan_link_receive_bytes_total", "Bytes that came over the link to the data center.", LINK);
  const transmitted = metrics.counter("wan_link_transmit_bytes_total", "Bytes that left the data center over the link.", LINK);
  const sent = metrics.counter("wan_probe_packets_sent_total", "Echo requests over the link.", LINK);
  const answered = metrics.counter("wan_probe_packets_received_total", "Echo replies over the link.", LINK);
  const rtt = metrics.gauge("wan_probe_rtt_seconds", "Round trip of the last echo reply, the longest where both ends are asked.", LINK);
  const routerUp = metrics.gauge("wan_router_up", "1 unless the router's own address is dead.", ["router", "role"]);
  const readable = metrics.gauge("wan_collector_success", "1 while the router's neighbours and counters can be read.", ["router"]);
  const intended = metrics.gauge("routing_adjacency_intended", "1 for an adjacency that the inventory implies, as the data center's router sees it.", ADJACENCY);
  const live = metrics.gauge("routing_adjacency_up", "1 while the intended adjacency is up; absent while its router cannot be read.", ADJACENCY);
  const unexpected = metrics.gauge("routing_adjacency_unexpected", "Adjacencies of the router that nobody intends.", ["router"]);

  for (const link of configuration.links) {
    info.set({ ...labelsOf(link), hub: link.hub, carrier: link.carrier }, 1);
    capacity.set(labelsOf(link), link.capacityMbps * 1e6 / BITS_PER_BYTE);
  }
  const adjacencyLabels = new Map(configuration.adjacencies.map((one) =>
    [one, { district: one.district, site: one.site, link: one.way, router: one.host, protocol: one.protocol }]));
  for (const labels of adjacencyLabels.values()) intended.set(labels, 1);

  const refresh = ({ pings, routers }: WanKnowledge): void => {
    for (const forgetful of [up, carrier, received, transmitted, rtt, live, unexpected]) forgetful.clear();
    for (const router of configuration.routers) {
      routerUp.set({ router: router.name, role: router.role }, Number(pings.of(router.address).lostInARow < DEAD_AFTER));
      readable.set({ router: router.name }, Number(routers.has(router.name)));
    }
    for (const link of configuration.links) {
      const labels = labelsOf(link);
      const probes = link.probes.map((address) => pings.of(address));
      if (probes.length > 0) up.set(labels, Number(probes.every(({ lostInARow }) => lostInARow < DEAD_AFTER)));
      sent.set(labels, sum(probes.map((probe) => probe.sent)));
      answered.set(labels, sum(probes.map((probe) => probe.received)));
      const times = probes.flatMap(({ rttSeconds, lostInARow }) => (rttSeconds === undefined || lostInARow > 0 ? [] : [rttSeconds]));
      if (times.length > 0) rtt.set(labels, Math.max(...times));
      const router = routers.get(link.hub);
      setIfKnown(received, labels, router?.receiveBytes.get(link.interface));
      setIfKnown(transmitted, labels, router?.transmitBytes.get(link.interface));
      setIfKnown(carrier, labels, router?.carrier.get(link.interface));
    }
    const readableOnes = configuration.adjacencies.filter((one) => routers.has(one.host));
    const report = matchAdjacencies(readableOnes, new Map([...routers].map(([name, { neighbours }]) => [name, neighbours])));
    const missing = new Set(report.misses.map(adjacencyKey));
    for (const link of configuration.links.filter(({ probes }) => probes.length === 0)) {
      const own = readableOnes.filter((one) => one.link === link.link);
      if (own.length > 0) up.set(labelsOf(link), Number(own.some((one) => !missing.has(adjacencyKey(one)))));
    }
    for (const one of readableOnes) live.set(adjacencyLabels.get(one)!, Number(!missing.has(adjacencyKey(one))));
    for (const name of routers.keys()) unexpected.set({ router: name }, report.unexpected.filter(({ host }) => host === name).length);
  };
  return { metrics, refresh };
}

const ADJACENCY = ["district", "site", "link", "router", "protocol"] as const;

function labelsOf({ district, site, link, role }: WanLink): Record<(typeof LINK)[number], string> {
  return { district, site, link, role };
}

function setIfKnown(metric: { set(labels: Record<string, string>, value: number): void }, labels: Record<string, string>, value: number | boolean | undefined): void {
  if (value !== undefined) metric.set(labels, Number(value));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
