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
  const isAsked = (from: string, to: string, family: Family): boolean =>
    from !== to && (only === undefined || only.some((miss) => miss.from === from && miss.to === to && miss.family === family));
  const misses = (await mapLimited(vantages, PARALLEL, async (vantage) => {
    const asked = FAMILIES.flatMap((family) =>
      [...servers, ...offices].filter((target) => isAsked(vantage.site, target.name, family)).map((target) => ({ target, family })));
    const alive = await echo(vantage, asked.map(({ target, family }) => target.address[family]));
    return asked
      .filter(({ target, family }) => !alive.has(target.address[family]))
      .map(({ target, family }): Miss => ({ from: vantage.site, to: target.name, family }));
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

/** The addresses that answered, of both families, asked in one command. */
async function echo(vantage: Vantage, addresses: readonly string[]): Promise<Set<string>> {
  const families = [
    { flag: "-4", source: vantage.source?.ipv4, targets: addresses.filter((address) => !address.includes(":")) },
    { flag: "-6", source: vantage.source?.ipv6, targets: addresses.filter((address) => address.includes(":")) },
  ].filter(({ targets }) => targets.length > 0);
  if (families.length === 0) return new Set();
  // fping ends with 1 when some do not answer; anything above is a fault of the probe and must count neither way.
  const commands = families.map(({ flag, source, targets }) =>
    `fping ${flag} -a -r 1 -i 1 -t ${TIMEOUT_MILLISECONDS} ${source === undefined ? "" : `-S ${source}`} ${targets.join(" ")} || [ $? = 1 ] || exit 2`);
  const result = await vantage.run(["sh", "-c", commands.join("\n")]);
  if (result.exitCode !== 0) {
    throw new Error(`${vantage.site}: fping failed (${result.exitCode}): ${result.stderr.trim().split("\n")[0] ?? ""}`);
  }
  return new Set(result.stdout.split("\n").map((line) => line.trim()).filter((line) => line !== ""));
}
