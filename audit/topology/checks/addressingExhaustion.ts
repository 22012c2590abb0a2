/** Every pool and every subnet has room for what comes next: the numbers of entries, the addresses of communes, the out-of-band network. */
import { prefixOf, size, subnetCount } from "../../../inventory/address.ts";
import type { PoolName, Province } from "../../../inventory/model.ts";
import { ROUTER_ROLES } from "../../../inventory/model.ts";
import { FAMILIES, highestManagementNumber, type Family } from "../../../inventory/plan.ts";
import { sourceOf, type Source } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

/** From this share on a pool counts as nearly exhausted. */
const NEARLY_PERCENT = 90;

interface Pool {
  readonly subject: string;
  readonly taken: number;
  readonly room: bigint;
  readonly at: Source;
}

export const addressingExhaustion: Check = {
  id: "addressing.exhaustion",
  title: say("addressing.exhaustion.title"),
  severity: "minor",
  basis: "design",
  source: "Design: numbers and addresses are never reused, so that room must be left for new ones",
  reads: ["inventory"],
  run: ({ province }) => [...poolsOf(province), ...accessesOf(province), ...managementOf(province)].map(judgePool),
};

export function judgePool({ subject, taken, room, at }: Pool): Outcome {
  const shared = { kind: "prefix", subject, evidence: { taken, room: Number(room) } } as const;
  // Far beyond what a number holds exactly, a share in whole percent is all that is asked.
  const percent = room <= 0n ? 100 : Number((BigInt(taken) * 100n) / room);
  if (percent < NEARLY_PERCENT) return { ...shared, verdict: "pass" };
  const values = { pool: subject, taken, room: String(room), percent };
  const finding = percent >= 100 ? "addressing.exhaustion" : "addressing.exhaustion.nearly";
  return { ...shared, verdict: "fail", at, finding: say(finding, values), remedy: say("addressing.exhaustion.remedy", values) };
}

/** Numbers count from 1: the first subnet of a pool belongs to nobody. */
function poolsOf(province: Province): Pool[] {
  const offices = [...province.sites.values()].filter(({ kind }) => kind === "office");
  const examples: Readonly<Record<PoolName, readonly { readonly ipv4: string; readonly ipv6: string }[]>> = {
    loopbacks: [...province.hosts.values()].filter(({ role }) => ROUTER_ROLES.includes(role)).flatMap(({ loopback }) => (loopback === undefined ? [] : [{ ipv4: `${loopback.ipv4}/32`, ipv6: `${loopback.ipv6}/128` }])),
    links: [...province.links.values()].map(({ prefixes }) => prefixes),
    lans: offices.flatMap(({ lan }) => lan ?? []),
    access: offices.flatMap(({ access }) => access ?? []),
    datacenter: [...province.segments.values()].map(({ prefixes }) => prefixes),
  };
  return (Object.keys(examples) as PoolName[]).flatMap((name) => FAMILIES.flatMap((family): Pool[] => {
    const [first] = examples[name];
    if (first === undefined) return [];
    const room = subnetCount(prefixOf(province.pools[name][family]), shareOf(name, family, first[family])) - 1n;
    return [{ subject: `pool ${name} ${family}`, taken: examples[name].length, room, at: sourceOf(province.pools[name], family) }];
  }));
}

/** How long the share of a pool is that one number takes: a link has a whole IPv6 /64 for its /127 (RFC 6164, 5). */
function shareOf(pool: PoolName, family: Family, subnet: string): number {
  return pool === "links" && family === "ipv6" ? 64 : prefixOf(subnet).length;
}

/** Of an access LAN the network's own address, the router's and the broadcast are not for communes. */
function accessesOf(province: Province): Pool[] {
  const communes = Map.groupBy(province.communes.values(), ({ site }) => site);
  return [...province.sites.values()].flatMap((site) => (site.access === undefined ? [] : [{
    subject: `access ${site.slug}`, taken: communes.get(site.slug)?.length ?? 0, room: size(prefixOf(site.access.ipv4)) - 3n, at: sourceOf(site),
  }]));
}

function managementOf(province: Province): Pool[] {
  return [...province.environments.values()].map((environment) => ({
    subject: `management ${environment.name}`, taken: province.hosts.size, room: BigInt(highestManagementNumber(prefixOf(environment.managementPrefix))), at: sourceOf(environment, "managementPrefix"),
  }));
}
