/** What the audit is told of life: every host asked at once, packets sent along sampled paths, and what Prometheus measured. */
import type { AuditOptions } from "../../audit/topology/index.ts";
import { readMeasured } from "../../audit/topology/live/measured.ts";
import { readNetwork } from "../../audit/topology/live/network.ts";
import { saturate } from "../../audit/topology/live/saturation.ts";
import { tracePaths } from "../../audit/topology/live/trace.ts";
import { openAccess } from "../../monitoring/access.ts";
import type { Selection } from "./province.ts";

/**
 * @param link the link of a twin to fill with traffic, if one is to be.
 * @throws Failure when a twin is not up. Hosts that do not answer are part of the reading.
 */
export async function readLife({ province, environment }: Selection, link?: string): Promise<NonNullable<AuditOptions["readings"]>> {
  await using access = await openAccess(province, environment);
  const [network, prometheus] = await Promise.all([readNetwork(province, environment, access), readMeasured(province, access)]);
  // Afterwards, so that answers are not late because every host is busy answering.
  const traces = await tracePaths(province, access.vantages);
  const saturation = link === undefined ? {} : { saturation: await saturate(province, environment, link) };
  return { live: { ...network, traces }, prometheus, ...saturation };
}
