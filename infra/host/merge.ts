import type { HostFile, HostGuard, HostIntent, HostUnit } from "./intent.ts";

/**
 * The parts of one host's intent as a whole. Packages are united; a file, setting or unit belongs to one part only.
 * Throws when two parts claim the same: the design contradicts itself.
 */
export function mergeIntents(parts: readonly HostIntent[]): HostIntent {
  return {
    packages: [...new Set(parts.flatMap((part) => part.packages ?? []))].sort(),
    files: disjoint<HostFile>("file", parts.map((part) => part.files)),
    sysctls: disjoint<string>("sysctl", parts.map((part) => part.sysctls)),
    units: disjoint<HostUnit>("unit", parts.map((part) => part.units)),
    services: parts.flatMap((part) => part.services ?? []),
    ...guardOf(parts.flatMap((part) => part.guard ?? [])),
  };
}

/** What is guarded in one part is guarded in the whole. */
function guardOf(guards: readonly HostGuard[]): Pick<HostIntent, "guard"> {
  const neighbours = guards.flatMap((guard) => guard.neighbours ?? []);
  if (neighbours.length > 1) throw new Error("two parts of one intent say who the neighbours are");
  return guards.length === 0 ? {} : { guard: { ...(neighbours[0] && { neighbours: neighbours[0] }) } };
}

function disjoint<T>(what: string, records: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> {
  const whole: Record<string, T> = {};
  for (const record of records) {
    for (const [key, value] of Object.entries(record ?? {})) {
      if (key in whole) throw new Error(`two parts of one intent claim the ${what} ${key}`);
      whole[key] = value;
    }
  }
  return whole;
}
