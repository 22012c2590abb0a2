/** Does every office's LAN reach the data center and every other office, in both families? Measured with ICMP echo. */
import { mapLimited, type Vantage } from "./vantage.ts";

export type Family = "ipv4" | "ipv6";

/** A name with an address in each family. */
export interface Target {
  readonly name: string;
  readonly address: { readonly ipv4: string; readonly ipv6: string };
}

export interface Miss {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
}

export interface ReachabilityReport {
  /** Offices that reach every given server of the data center in both families. */
  readonly sites: { readonly reached: number; readonly total: number };
  /** Ordered pairs of offices that reach each other in both families. */
  readonly pairs: { readonly reached: number; readonly total: number };
  readonly misses: readonly Miss[];
}

const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** Vantages that probe at the same time: more only makes echo replies late on a small machine. */
const PARALLEL = 8;

/** Waits for an echo reply, milliseconds; the probe sends a second time before it gives up. */
const TIMEOUT_MILLISECONDS = 500;

/**
 * Probes all ordered pairs once. Where `only` is given, just those misses are tried again and everything else counts as
 * reached: so a caller can wait for convergence without probing all pairs anew.
 */
export async function probeReachability(
  vantages: readonly Vantage[],
  servers: readonly Target[],
  only?: readonly Miss[],
): Promise<ReachabilityReport> {
  const offices: Target[] = vantages.map((v) => ({ name: v.site, address: v.address }));
  const work = vantages.flatMap((vantage) =>
    FAMILIES.map((family) => {
      const targets = [...servers, ...offices].filter(
        (target) =>
          target.name !== vantage.site &&
          (only === undefined || only.some((m) => m.from === vantage.site && m.to === target.name && m.family === family)),
      );
      return { vantage, family, targets };
    }),
  ).filter((item) => item.targets.length > 0);

  const misses = (await mapLimited(work, PARALLEL, async ({ vantage, family, targets }) => {
    const alive = await echo(vantage, family, targets.map((t) => t.address[family]));
    return targets
      .filter((t) => !alive.has(t.address[family]))
      .map((t): Miss => ({ from: vantage.site, to: t.name, family }));
  })).flat();

  const serverNames = new Set(servers.map((s) => s.name));
  const cutOff = new Set(misses.filter((m) => serverNames.has(m.to)).map((m) => m.from));
  const brokenPairs = new Set(misses.filter((m) => !serverNames.has(m.to)).map((m) => `${m.from} ${m.to}`));
  const total = vantages.length;
  return {
    sites: { reached: total - cutOff.size, total },
    pairs: { reached: total * (total - 1) - brokenPairs.size, total: total * (total - 1) },
    misses,
  };
}

/** The addresses that answered. */
async function echo(vantage: Vantage, family: Family, addresses: readonly string[]): Promise<Set<string>> {
  const source = vantage.source === undefined ? [] : ["-S", vantage.source[family]];
  const result = await vantage.run([
    "fping", family === "ipv4" ? "-4" : "-6", "-a", "-r", "1", "-i", "1", "-t", String(TIMEOUT_MILLISECONDS), ...source, ...addresses,
  ]);
  // fping: 0 all reachable, 1 some not; anything above is a fault of the probe and must not count as a miss or a hit.
  if (result.exitCode > 1) {
    throw new Error(`${vantage.site}: fping failed (${result.exitCode}): ${result.stderr.trim().split("\n")[0] ?? ""}`);
  }
  return new Set(result.stdout.split("\n").map((line) => line.trim()).filter((line) => line !== ""));
}
