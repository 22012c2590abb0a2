/** What becomes of real packets: the first one of each flow is sent from its source, and its fate read at both ends. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../inventory/failure.ts";
import type { Family } from "../../infra/security/places.ts";
import { DROP_REASONS, TABLE } from "../../infra/security/filter.ts";
import type { Post } from "../posts.ts";

export interface FlowProbe {
  readonly from: Post;
  readonly to: Pick<Post, "address"> & Partial<Post>;
  readonly family: Family;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** 0 for `icmp`. */
  readonly port: number;
}

/**
 * What the sender saw. `connected`: a listener took it; `refused`: it arrived and nothing listens; `answered`: a reply came;
 * `arrived`: the destination saw it behind its own filter; `forbidden`: the sender's own host did not let it out; `prohibited`: an
 * ICMP error came back; `silent`: nothing did.
 */
export type Outcome = "connected" | "refused" | "answered" | "arrived" | "forbidden" | "prohibited" | "silent";

export interface FoundFlow {
  /** Absent for a datagram that nobody answered and that could not be watched for: it may have arrived or not. */
  readonly action?: "accept" | "drop";
  readonly outcome: Outcome;
}

const script = (name: string): string => readFileSync(new URL(`remote/${name}.pl`, import.meta.url), "utf8");
/** Open files that a sender of many flows needs. */
const OPEN_FILES = 16_384;
/** What the sender takes at least: its patience, and 4 ms a flow, twice over where replies are missing. */
const senderSeconds = (flows: number): number => 6 + flows * 0.012;
/** An observer is there before the first packet, and stays for the last. */
const OBSERVER_START_MILLISECONDS = 1_000;
const OBSERVER_MARGIN_SECONDS = 4;

/**
 * Sends all flows, from all sources at the same time, and tells what became of each in their order.
 * @throws Failure when a source cannot send at all.
 */
export async function probeFlows(flows: readonly FlowProbe[]): Promise<FoundFlow[]> {
  const word = `egov-${process.pid}-${Math.floor(performance.now())}`;
  const numbered = flows.map((flow, number) => ({ ...flow, number }));
  const bySender = [...Map.groupBy(numbered, (flow) => flow.from.name).values()];
  const seconds = Math.ceil(Math.max(0, ...bySender.map((some) => senderSeconds(some.length))) + OBSERVER_MARGIN_SECONDS);
  const watched = new Map(numbered.flatMap(({ protocol, to }) => (protocol === "udp" && to.run !== undefined && to.name !== undefined ? [[to.name, to.run] as const] : [])));

  const observing = Promise.allSettled([...watched.values()].map(async (run) => await observe(run, word, seconds)));
  if (watched.size > 0) await sleep(OBSERVER_START_MILLISECONDS);
  const knocking = await Promise.allSettled(bySender.map((some) => knock(word, some)));
  const observed = await observing;
  const outcomes = new Map(valuesOf(knocking).flat());
  const arrived = new Set(valuesOf(observed).flat());
  return numbered.map(({ number, protocol, to }) => {
    const said = outcomes.get(String(number)) ?? "silent";
    const outcome = arrived.has(String(number)) && (said === "silent" || said === "prohibited") ? "arrived" : said;
    if (outcome === "silent" && protocol === "udp" && (to.name === undefined || !watched.has(to.name))) return { outcome };
    return { outcome, action: ["connected", "refused", "answered", "arrived"].includes(outcome) ? "accept" : "drop" };
  });
}

async function observe(run: Post["run"], word: string, seconds: number): Promise<string[]> {
  const { exitCode, stdout, stderr } = await run(["perl", "-e", script("observe"), word, String(seconds)]);
  if (exitCode !== 0) throw new Error(`packets cannot be watched for (${exitCode}): ${stderr.trim().split("\n")[0] ?? ""}`);
  return stdout.trim().split("\n");
}

/** All that came of it, or the first error, now that nothing is under way any more. */
function valuesOf<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function knock(word: string, flows: readonly (FlowProbe & { readonly number: number })[]): Promise<[string, Outcome][]> {
  const { from } = flows[0]!;
  const args = flows.map(({ number, protocol, family, to, port }) => `${number},${protocol},${from.address[family]},${to.address[family]},${port}`);
  const { exitCode, stdout, stderr } = await from.run(["sh", "-c", `ulimit -n ${OPEN_FILES}; exec perl -e "$0" "$@"`, script("knock"), word, ...args]);
  if (exitCode !== 0) throw new Failure(`no packet can be sent from ${from.name}: ${stderr.trim().split("\n")[0] ?? ""}`, { advice: "See ./egov status: is the layer up that gives it its address?" });
  return stdout.trim().split("\n").map((line) => line.split(" ") as [string, Outcome]);
}

/** Reads a host's drop counters: reason → packets. */
export const COUNTERS_COMMAND = `nft -j list counters table inet ${TABLE}`;

/** @param text what `COUNTERS_COMMAND` printed; empty where the filter is not loaded. */
export function parseCounters(text: string): Map<string, number> {
  if (text.trim() === "") return new Map();
  const { nftables } = JSON.parse(text) as { nftables: { counter?: { name: string; packets: number } }[] };
  const packets = new Map(nftables.flatMap(({ counter }) => (counter === undefined ? [] : [[counter.name, counter.packets] as const])));
  return new Map(DROP_REASONS.map((reason) => [reason, packets.get(`drop_${reason}`) ?? 0]));
}
