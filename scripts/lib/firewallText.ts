/** Verdicts in words. */
import type { Decider } from "../../infra/security/nodes.ts";
import { describePlace } from "../../infra/security/places.ts";
import type { Province } from "../../inventory/model.ts";
import type { LiveTrace, Prediction, Trace } from "./firewallTrace.ts";
import { table } from "./program.ts";

/** Misses shown one by one; more are counted. */
const SHOWN = 30;

const FATES: Readonly<Record<LiveTrace["outcome"], string>> = {
  connected: "it arrived, and a listener took it",
  refused: "it arrived, and nothing listens there",
  answered: "it arrived, and was answered",
  arrived: "it arrived",
  forbidden: "the source's own host did not let it out",
  prohibited: "it was turned back by an ICMP error",
  silent: "nothing came back",
};

export function describeTrace(prediction: Prediction, deciders: readonly Decider[], found: readonly LiveTrace[], drops: readonly string[]): string[] {
  const { trace, action, source, purpose } = prediction;
  return [
    `${trace.from.name} in ${describePlace(trace.from.place)} → ${trace.to.name} in ${describePlace(trace.to.place)}, ${portText(trace)}: ${action}`,
    source === undefined ? "by no line: what no line accepts is dropped" : `by ${source.file}:${source.line}: ${purpose}`,
    deciders.length === 0 ? "decided by nobody: the two share a wire" : `decided at ${deciders.map(({ host, chain }) => `${host} (${chain})`).join(", ")}`,
    ...found.map(({ family, outcome, action: real }) => `live ${family}: ${real ?? "unknown"}, ${FATES[outcome]}${real !== undefined && real !== action ? "  ← not as predicted" : ""}`),
    ...drops,
  ];
}

/** The matrix: what passes from each zone (row) to each other (column); after a live run, how many flows fared as predicted. */
export function describeSurvey(province: Province, predictions: readonly Prediction[], found: readonly LiveTrace[] | undefined): string[] {
  const zones = province.security.zones.map(({ name }) => name);
  const rows = zones.flatMap((from) => zones.flatMap((to) => {
    const here = predictions.flatMap((one, index) => (one.trace.from.place.zone === from && one.trace.to.place.zone === to ? [{ ...one, index }] : []));
    if (here.length === 0) return [];
    const services = [...new Set(here.filter(({ action }) => action === "accept").map(({ service, trace }) => service ?? portText(trace)))];
    const indexes = new Set(here.map(({ index }) => index));
    const tried = found?.filter(({ index }) => indexes.has(index)) ?? [];
    const good = tried.filter(({ action, index }) => action === predictions[index]!.action).length;
    return [[from, to, ...(found === undefined ? [] : [`${good}/${tried.length}`]), services.join(", ") || "–"]];
  }));
  const lines = [table(["FROM", "TO", ...(found === undefined ? [] : ["AS PREDICTED"]), "ACCEPTED"], rows)];
  if (found === undefined) return lines;
  const misses = found.filter(({ action, index }) => action !== predictions[index]!.action);
  const shown = misses.slice(0, SHOWN).map(({ family, index, outcome, action }) => {
    const { trace, action: predicted, source } = predictions[index]!;
    return `${trace.from.name} → ${trace.to.name} ${portText(trace)} by ${family}: ${predicted} predicted${source === undefined ? "" : ` (${source.file}:${source.line})`}, ${action ?? "unknown"} found: ${FATES[outcome]}`;
  });
  const pairs = rows.length;
  return [
    ...lines, ...shown, ...(misses.length > SHOWN ? [`and ${misses.length - SHOWN} more`] : []),
    `${count(found.length - misses.length)}/${count(found.length)} flows as predicted, between ${pairs} pairs of zones; ${count(found.filter(({ action }) => action === "accept").length)} of them pass`,
  ];
}

function portText({ protocol, port }: Trace): string {
  return protocol === "icmp" ? "icmp" : `${protocol}/${port}`;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
