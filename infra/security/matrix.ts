/** The policy matrix, asked packet by packet and as the whole that packet filters are made of. */
import type { FirewallService, PolicyRule, Province } from "../../inventory/model.ts";
import { type PortRange, portsOf } from "../../inventory/ports.ts";
import { type Place, placesOf } from "./places.ts";

/** A new connection, or an echo request. */
export interface Flow {
  readonly from: Place;
  readonly to: Place;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** 1 to 65535; 0 for `icmp`. */
  readonly port: number;
}

export interface Verdict {
  readonly action: "accept" | "drop";
  /** The line that decides, and the service by which it does; absent where no line speaks of the flow, which is dropped. */
  readonly rule?: PolicyRule;
  readonly service?: FirewallService;
}

/** What becomes of a flow's first packet at the moment `at` (exceptions end). */
export function judge(province: Province, flow: Flow, at: Date): Verdict {
  const { policy } = province.security;
  const exceptions = policy.filter((rule) => rule.exception === true && at.getTime() < expiryOf(province, rule) * 1000);
  for (const rule of [...exceptions, ...policy.filter((one) => one.exception !== true)]) {
    if (!joins(rule, flow.from, flow.to)) continue;
    const service = passedServices(province, rule).find((one) => speaks(one, flow.from, flow.to)
      && one.ports.map(portsOf).some(({ protocol, first, last }) => protocol === flow.protocol && first <= flow.port && flow.port <= last));
    if (service !== undefined) return { action: rule.action, rule, service };
  }
  return { action: "drop" };
}

function joins(rule: PolicyRule, from: Place, to: Place): boolean {
  return rule.from.includes(from.zone) && rule.to.includes(to.zone);
}

function speaks(service: FirewallService, from: Place, to: Place): boolean {
  return (service.clients === undefined || (from.role !== undefined && service.clients.includes(from.role)))
    && (service.servers === undefined || (to.role !== undefined && service.servers.includes(to.role)));
}

/** The services of a rule that pass from network to network; what neighbours say to each other is not among them. */
export function passedServices(province: Province, rule: PolicyRule): FirewallService[] {
  return province.security.services.filter((service) => service.neighbours !== true && rule.services.includes(service.name));
}

/** When an exception ends: seconds since 1970. The end of its last day in the province's time zone. */
export function expiryOf(province: Province, rule: PolicyRule): number {
  if (rule.expires === undefined) throw new Error("an exception without an end, which the inventory's checks rule out");
  const midnight = Date.parse(`${rule.expires}T00:00:00Z`) + 86_400_000;
  // The zone's distance from UTC at about that time; on a day when clocks change it may be an hour off, which is as good.
  const wall = new Date(new Date(midnight).toLocaleString("sv-SE", { timeZone: province.timeZone }).replace(" ", "T") + "Z");
  return (midnight - (wall.getTime() - midnight)) / 1000;
}

/** Ports that pass from one place to another. */
export interface Passage {
  readonly from: Place;
  readonly to: Place;
  readonly ports: PortRange;
}

/** All that the matrix accepts, exceptions aside: whatever the order of its lines, these do not overlap. */
export function passages(province: Province): Passage[] {
  return compile(province, province.security.policy.filter((rule) => rule.exception !== true), (rule) => rule.action === "accept");
}

/** All that one exception speaks of. */
export function passagesOf(province: Province, exception: PolicyRule): Passage[] {
  return compile(province, [exception], () => true);
}

function compile(province: Province, rules: readonly PolicyRule[], isWanted: (rule: PolicyRule) => boolean): Passage[] {
  const { all } = placesOf(province);
  return all.flatMap((from) => all.flatMap((to) => {
    const decided: PortRange[] = [];
    return rules.filter((rule) => joins(rule, from, to)).flatMap((rule) => {
      const spoken = passedServices(province, rule).filter((service) => speaks(service, from, to)).flatMap((service) => service.ports.map(portsOf));
      return spoken.flatMap((range) => {
        const open = without(range, decided);
        decided.push(range);
        return isWanted(rule) ? open.map((ports): Passage => ({ from, to, ports })) : [];
      });
    });
  }));
}

/** What is left of a range. */
function without(range: PortRange, taken: readonly PortRange[]): PortRange[] {
  return taken.filter(({ protocol }) => protocol === range.protocol).reduce<PortRange[]>((left, { first, last }) => left.flatMap((one) => [
    ...(one.first < first ? [{ ...one, last: Math.min(one.last, first - 1) }] : []),
    ...(one.last > last ? [{ ...one, first: Math.max(one.first, last + 1) }] : []),
  ]), [range]);
}

/** Places from and to, both ends included, between which the same ports pass. */
export interface Block {
  readonly from: readonly [first: number, last: number];
  readonly to: readonly [first: number, last: number];
  readonly ports: PortRange;
}

/** Passages gathered into few blocks, for sets of intervals. Ids that no place has may lie inside a block: no address has them. */
export function blocksOf(passages: readonly Passage[], all: readonly Place[]): Block[] {
  const rank = new Map(all.map((place, i) => [place.id, i]));
  const byPorts = Map.groupBy(passages, ({ ports }) => `${ports.protocol} ${ports.first} ${ports.last}`);
  return [...byPorts.values()].flatMap((same) => {
    const ports = same[0]!.ports;
    const rows = [...Map.groupBy(same, ({ from }) => from.id)].toSorted(([a], [b]) => a - b);
    const blocks: { from: [number, number]; to: readonly [number, number]; ports: PortRange }[] = [];
    for (const [from, row] of rows) {
      for (const to of runs(row.map((passage) => passage.to.id), rank)) {
        const above = blocks.find((block) => rank.get(block.from[1])! + 1 === rank.get(from) && block.to[0] === to[0] && block.to[1] === to[1]);
        if (above === undefined) blocks.push({ from: [from, from], to, ports });
        else above.from[1] = from;
      }
    }
    return blocks;
  });
}

/** Ids that follow each other among all places, as ranges. */
function runs(ids: readonly number[], rank: ReadonlyMap<number, number>): [number, number][] {
  const ranges: [number, number][] = [];
  for (const id of ids.toSorted((a, b) => a - b)) {
    const before = ranges.at(-1);
    if (before !== undefined && rank.get(before[1])! + 1 === rank.get(id)) before[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}
