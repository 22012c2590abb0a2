/** What links carried in the last seven days, from the province's Prometheus. */
import type { Province } from "../../../inventory/model.ts";
import { hostsOfRole } from "../../../inventory/reach.ts";
import type { Access } from "../../../monitoring/access.ts";
import { queryCommand } from "../../../monitoring/screen.ts";

/** Five-minute samples in seven days: what Circular 06/2026, article 5.6 counts over. */
export const WEEK_SAMPLES = 7 * 24 * 12;

export type Direction = "receive" | "transmit";
export const DIRECTIONS: readonly Direction[] = ["receive", "transmit"];

/** One direction of a link, as the data center sees it. */
export interface MeasuredDirection {
  /** 95th percentile of the five-minute means, Mbit/s. */
  readonly p95Mbps: number;
  /** Samples that it was taken from; 2,016 when none is missing. */
  readonly samples: number;
}

export interface Measured {
  /** `LINK DIRECTION` → what was measured; absent without any sample. */
  readonly links: ReadonlyMap<string, MeasuredDirection>;
  /** Why nothing could be measured, if so. */
  readonly silent?: string;
}

const BITS_PER_MEGABYTE = 8e-6;

/** Asks Prometheus for each link and direction. That nobody answers is a result, not an error. */
export async function readMeasured(province: Province, access: Pick<Access, "onHost">): Promise<Measured> {
  const [host] = hostsOfRole(province, "monitoring");
  if (host === undefined) return { links: new Map(), silent: "the inventory has no host of the role monitoring" };
  const { exitCode, stdout, stderr } = await access.onHost(host, DIRECTIONS.flatMap((direction) => {
    const rates = `rate(wan_link_${direction}_bytes_total[5m])[7d:5m]`;
    return [queryCommand(province, `quantile_over_time(0.95, ${rates})`), "echo", queryCommand(province, `count_over_time(${rates})`), "echo"];
  }).join("\n"));
  if (exitCode !== 0) return { links: new Map(), silent: `${host.name}: ${stderr.trim().split("\n").at(-1) || `exit code ${exitCode}`}` };
  return { links: parseMeasured(stdout) };
}

/** Reads four answers to `/api/v1/query`, a line each: percentile and count of what was received, then of what was sent. */
export function parseMeasured(text: string): Map<string, MeasuredDirection> {
  interface Answer { readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[] } }
  const answers = text.trim().split("\n").map((line) => JSON.parse(line) as Answer);
  return new Map(DIRECTIONS.flatMap((direction, i) => {
    const counts = new Map((answers[2 * i + 1]?.data.result ?? []).map(({ metric, value }) => [metric["link"], Number(value[1])]));
    return (answers[2 * i]?.data.result ?? []).map(({ metric, value }): [string, MeasuredDirection] =>
      [`${metric["link"]} ${direction}`, { p95Mbps: Number(value[1]) * BITS_PER_MEGABYTE, samples: counts.get(metric["link"]) ?? 0 }]);
  }));
}
