/** How long the audit of a live twin takes: every host asked, every check run. */
import { auditTopology } from "../audit/topology/index.ts";
import { readLife } from "../scripts/lib/life.ts";
import type { Selection } from "../scripts/lib/province.ts";
import type { Figure } from "./figure.ts";

const BOUND_SECONDS = 10;

/** Measured on a twin that is up and well. */
export async function benchAuditLive(selection: Selection): Promise<Figure> {
  const startedAt = performance.now();
  const readings = await readLife(selection);
  const read = (performance.now() - startedAt) / 1000;
  const { summary } = await auditTopology(selection.province, { readings });
  const seconds = (performance.now() - startedAt) / 1000;
  const { hosts, silent } = readings.live!;
  return {
    name: "audit of a live twin", measured: `${seconds.toFixed(1)} s`, bound: `${BOUND_SECONDS} s`, kept: seconds <= BOUND_SECONDS,
    note: `${hosts.size} of ${hosts.size + silent.size} hosts read in ${read.toFixed(1)} s, one SSH session each; ${summary.pass} verdicts passed, ${summary.fail} failed`,
  };
}
