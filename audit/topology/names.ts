/** What our name servers answer, read from the zones that they are given. */
import { zones, type Zone } from "../../infra/datacenter/zones.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";

/** Addresses by full name and names by full reverse name, without final dots. */
export interface Answers {
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pointers: ReadonlyMap<string, ReadonlySet<string>>;
}

const known = new WeakMap<Province, Answers>();

/** The answers of a province's servers; none where it has no server for names. */
export function answersOf(province: Province): Answers {
  const answers = known.get(province) ?? readZones(hostsOfRole(province, "dns").length === 0 ? [] : zones(province));
  known.set(province, answers);
  return answers;
}

/** Reads the A, AAAA and PTR records of master files as our design writes them: one a line, owners in full or relative to the zone. */
export function readZones(files: readonly Zone[]): Answers {
  const [addresses, pointers] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  for (const { name: zone, content } of files) {
    for (const [, owner, type, value] of content.matchAll(/^(\S+) (A|AAAA|PTR) (\S+)$/gm)) {
      const full = owner === "@" ? zone : owner!.endsWith(".") ? owner!.slice(0, -1) : `${owner}.${zone}`;
      const into = type === "PTR" ? pointers : addresses;
      const values = into.get(full) ?? new Set();
      into.set(full, values.add(value!.replace(/\.$/, "")));
    }
  }
  return { addresses, pointers };
}
