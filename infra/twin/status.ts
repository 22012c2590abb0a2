/** What stands of a twin. */
import { existsSync } from "node:fs";
import { runningRecord } from "./boot.ts";
import { processesOf, twinsGroup } from "./cgroups.ts";
import { holderOf } from "./lock.ts";
import { twinFolders } from "./limits.ts";
import { namespaceOf, twinPaths } from "./names.ts";
import { readCuts, readPlan, type CutKind } from "./store.ts";
import { join } from "node:path";

export interface TwinStatus {
  readonly twin: string;
  /** `down`: nothing stands. `partial`: an `up` was cut short, or a host is dead. */
  readonly state: "down" | "partial" | "up";
  /** The process that brings it up or down right now. */
  readonly heldBy?: number;
  readonly environment?: string;
  readonly hosts: readonly HostStatus[];
  readonly endpoints: readonly { readonly name: string; readonly site: string; readonly kind: string; readonly ipv4: string; readonly ipv6: string }[];
  readonly links: number;
  readonly cuts: Readonly<Record<string, CutKind>>;
  /** Of all its hosts, on the machine. */
  readonly processes: number;
}

export interface HostStatus {
  readonly name: string;
  /** On the management network. */
  readonly address: string;
  readonly running: boolean;
  readonly image?: string;
}

/** What stands of the twin of that name. */
export async function twinStatus(twin: string): Promise<TwinStatus> {
  const plan = await readPlan(twin);
  const heldBy = await holderOf(`twin-${twin}`);
  const held = heldBy === undefined ? {} : { heldBy };
  const group = join(await twinsGroup(), twin);
  const processes = (await processesOf(group)).length;
  if (plan === undefined) {
    const state = existsSync(twinPaths(twin).root) || processes > 0 ? "partial" : "down";
    return { twin, state, ...held, hosts: [], endpoints: [], links: 0, cuts: {}, processes };
  }
  const hosts = await Promise.all(Object.entries(plan.hosts).map(async ([name, { address }]): Promise<HostStatus> => {
    const record = await runningRecord(twin, name);
    return { name, address, running: record !== undefined, ...(record === undefined ? {} : { image: record.image }) };
  }));
  const whole = hosts.every((host) => host.running)
    && Object.keys(plan.endpoints).every((name) => existsSync(`/run/netns/${namespaceOf(twin, name)}`));
  return {
    twin, state: whole ? "up" : "partial", ...held, environment: plan.environment, hosts,
    endpoints: Object.entries(plan.endpoints).map(([name, { site, kind, ipv4, ipv6 }]) => ({ name, site, kind, ipv4, ipv6 })),
    links: Object.keys(plan.links).length, cuts: await readCuts(twin), processes,
  };
}

/** Names of all twins that stand on this machine, whole or not. */
export function twinsHere(): string[] {
  return twinFolders();
}
