/** What the audit is told of life: every host asked at once, packets sent along sampled paths, and what Prometheus measured. */
import { selectChecks, type AuditOptions } from "../../audit/topology/index.ts";
import { readMeasured } from "../../audit/topology/live/measured.ts";
import { readNetwork } from "../../audit/topology/live/network.ts";
import { atAddress, throughHost } from "../../audit/topology/live/prometheus.ts";
import { saturate } from "../../audit/topology/live/saturation.ts";
import { tracePaths } from "../../audit/topology/live/trace.ts";
import { openAccess } from "../../monitoring/access.ts";
import type { Selection } from "./province.ts";

export interface LifeOptions {
  /** Checks, or groups of them, that are to be judged: what none of them reads is not read. All by default. */
  readonly checks?: readonly string[];
  /** Where Prometheus listens; by default it is asked on the monitoring host. */
  readonly prometheus?: string;
  /** The link of a twin to fill with traffic, if one is to be. */
  readonly saturate?: string;
}

type Readings = NonNullable<AuditOptions["readings"]>;

/**
 * @throws Failure when a twin is not up, a check is unknown, or no Prometheus answers at the address that was given. Hosts that do
 *   not answer are part of the reading.
 */
export async function readLife({ province, environment }: Selection, options: LifeOptions = {}): Promise<Readings> {
  const reads = new Set(selectChecks(options.checks).flatMap((check) => check.reads));
  await using access = await openAccess(province, environment);
  const ask = options.prometheus === undefined ? throughHost(province, access) : atAddress(options.prometheus);
  const [network, prometheus] = await Promise.all([
    reads.has("live") ? readNetwork(province, environment, access) : undefined,
    reads.has("prometheus") ? readMeasured(province, ask) : undefined,
  ]);
  // Afterwards, so that answers are not late because every host is busy answering.
  const traces = network === undefined ? [] : await tracePaths(province, access.vantages);
  return {
    ...(network !== undefined && { live: { ...network, traces } }),
    ...(prometheus !== undefined && { prometheus }),
    ...(options.saturate !== undefined && { saturation: await saturate(province, environment, options.saturate) }),
  };
}

/** What Prometheus measured alone, without a word to any host. @throws Failure when it does not answer. */
export async function readPrometheus({ province }: Selection, address: string): Promise<Readings> {
  return { prometheus: await readMeasured(province, atAddress(address)) };
}
