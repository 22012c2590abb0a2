/** Tells the monitoring when each stack was last brought up, and whether that went well. */
import { hostsOfRole } from "../inventory/index.ts";
import type { Province } from "../inventory/model.ts";
import type { Access } from "./access.ts";
import { TEXTFILES } from "./server/paths.ts";

/** The end of one `up` of one stack. */
export interface StackOutcome {
  /** `<layer>.<environment>`. */
  readonly stack: string;
  readonly succeeded: boolean;
  readonly endedAt: Date;
}

/**
 * Leaves the outcomes with the node exporter of the monitoring host, one file a stack, so that stacks which were not touched keep
 * theirs. One command in all.
 * @returns false when the host cannot take them, as before the first `up` of the monitoring: then nobody would look.
 */
export async function tellStackStates(province: Province, access: Pick<Access, "onHost">, outcomes: readonly StackOutcome[]): Promise<boolean> {
  const [host] = hostsOfRole(province, "monitoring");
  if (host === undefined || outcomes.length === 0) return false;
  const { exitCode } = await access.onHost(host, [`cd ${TEXTFILES} || exit 1`, ...outcomes.map(fileCommand)].join("\n"));
  return exitCode === 0;
}

/** A stack's name holds letters, digits, dots and dashes only: nothing that a shell or Prometheus would read otherwise. */
function fileCommand({ stack, succeeded, endedAt }: StackOutcome): string {
  if (!/^[A-Za-z0-9.-]+$/.test(stack)) throw new Error(`not a stack's name: ${stack}`);
  const lines = [
    `stack_last_up_timestamp_seconds{stack="${stack}"} ${Math.floor(endedAt.getTime() / 1000)}`,
    `stack_last_up_success{stack="${stack}"} ${Number(succeeded)}`,
  ];
  return `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >.stack && mv .stack stack-${stack}.prom || exit 1`;
}
