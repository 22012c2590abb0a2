/** What links carried in the last seven days, from the province's Prometheus. */
import type { Province } from "../../../inventory/model.ts";
import { Silent, type Ask, type Sample } from "./prometheus.ts";

/** Five-minute samples in seven days: what Circular 06/2026, article 5.6 counts over. */
export const WEEK_SAMPLES = 7 * 24 * 12;

export type Direction = "receive" | "transmit";
export const DIRECTIONS: readonly Direction[] = ["receive", "transmit"];

/** One direction of a link, as the data center sees it. */
export interface MeasuredDirection {
  /** 95th percentile of the five-minute means, Mbit/s. */
  readonly p95Mbps: number;
  /** Five-minute means that it was taken from; 2,016 when none is missing. */
  readonly samples: number;
}

export interface Measured {
  /** `LINK DIRECTION` → what was measured; absent without any sample. */
  readonly links: ReadonlyMap<string, MeasuredDirection>;
  /** Why nothing could be measured, if so. */
  readonly silent?: string;
}

const PERIOD_SECONDS = 300;
const BITS_PER_MEGABYTE = 8e-6;

/**
 * Share of its scrapes that a five-minute mean takes. Counters go on between scrapes, so one that fails loses nothing; but
 * what passed before the first and after the last of a period with many missing would not be counted.
 */
const SCRAPES_NEEDED = 0.9;

/** Seconds until a period is judged: Prometheus's clock and ours may differ. */
const CLOCKS_SECONDS = 60;

/**
 * The percentile by nearest rank, the 1,916th of 2,016 in ascending order: a mean that was measured. PromQL takes a mean
 * between two where the rank is no whole number, so the rank is what it is given.
 */
const P95 = `${Math.ceil(0.95 * WEEK_SAMPLES) - 1}/${WEEK_SAMPLES - 1}`;

/**
 * Asks Prometheus once for all links and both directions, over the 2,016 periods that ended last before `at`.
 * That nobody answers is a result, not an error.
 */
export async function readMeasured({ monitoring }: Pick<Province, "monitoring">, ask: Ask, at = new Date()): Promise<Measured> {
  // A second after the end of a period, so that seven days hold as many ends whether their first moment counts or not.
  const end = Math.floor((at.getTime() / 1000 - CLOCKS_SECONDS) / PERIOD_SECONDS) * PERIOD_SECONDS + 1;
  try {
    return { links: measuredOf(await ask(measuredQuery(monitoring.scrapeSeconds), end)) };
  } catch (error) {
    if (error instanceof Silent) return { links: new Map(), silent: error.message };
    throw error;
  }
}

/** Percentile and number of samples by link and direction. Summed over a link, for its other labels change with its office. */
function measuredQuery(scrapeSeconds: number): string {
  // A rate takes two.
  const needed = Math.max(2, Math.floor((SCRAPES_NEEDED * PERIOD_SECONDS) / scrapeSeconds));
  return DIRECTIONS.flatMap((direction) => {
    const counter = `wan_link_${direction}_bytes_total[${PERIOD_SECONDS}s]`;
    const week = `[7d:${PERIOD_SECONDS}s]`;
    return [
      named(`quantile_over_time(${P95}, sum by (link) (rate(${counter}))${week})`, direction, "p95"),
      named(`count_over_time((sum by (link) (count_over_time(${counter})) >= ${needed})${week})`, direction, "samples"),
    ];
  }).join(" or ");
}

function named(expression: string, direction: Direction, figure: string): string {
  return `label_replace(label_replace(${expression}, "direction", "${direction}", "", ""), "figure", "${figure}", "", "")`;
}

/** Puts percentile and number of samples of each link and direction together. */
export function measuredOf(samples: readonly Sample[]): Map<string, MeasuredDirection> {
  const by = Map.groupBy(samples, ({ metric }) => `${metric["link"]} ${metric["direction"]}`);
  return new Map([...by].flatMap(([key, own]): [string, MeasuredDirection][] => {
    const figure = (name: string): number | undefined => own.flatMap(({ metric, value }) => (metric["figure"] === name ? [Number(value[1])] : []))[0];
    const p95 = figure("p95");
    return p95 === undefined ? [] : [[key, { p95Mbps: p95 * BITS_PER_MEGABYTE, samples: figure("samples") ?? 0 }]];
  }));
}
