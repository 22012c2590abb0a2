/** Every address of ours has a name, and the name leads back to it: logs and certificates speak in names. */
import { reverseName } from "../../../infra/datacenter/reverse.ts";
import { contains, parseCidr, prefixOf } from "../../../inventory/address.ts";
import type { Host, Province } from "../../../inventory/model.ts";
import { FAMILIES, type Family } from "../../../inventory/plan.ts";
import { addressOf, hostsOfRole } from "../../../inventory/reach.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { list, say } from "../messages/index.ts";
import { answersOf, type Answers } from "../names.ts";
import type { Outcome } from "../types.ts";

export const addressingNames: Check = {
  id: "addressing.names",
  title: say("addressing.names.title"),
  severity: "minor",
  basis: "design",
  source: "RFC 1912, 2.1: for every address a name, and for every name that address",
  reads: ["inventory"],
  run: ({ province }) => {
    if (hostsOfRole(province, "dns").length === 0) {
      return [{ kind: "province", subject: province.slug, verdict: "fail", at: sourceOf(province), finding: say("addressing.names.noServer"), remedy: say("addressing.names.noServer.remedy") }];
    }
    const answers = answersOf(province);
    return [...province.hosts.values()].filter((host) => ownAddresses(province, host).length > 0).map((host) => judgeNames(province, host, answers));
  },
};

/** Each host whose addresses are ours: all of them must be found by name and back. */
export function judgeNames(province: Province, host: Host, { addresses, pointers }: Answers): Outcome {
  const own = ownAddresses(province, host);
  const nameless = own.filter((address) => {
    const names = pointers.get(reverseName(address).slice(0, -1));
    return names === undefined || ![...names].some((name) => addresses.get(name)?.has(address) === true);
  });
  const subject = { kind: "host", subject: host.name, hosts: [host.name], evidence: { addresses: own.length, nameless } } as const;
  if (nameless.length === 0) return { ...subject, verdict: "pass" };
  const values = { host: host.name, addresses: list(nameless) };
  return { ...subject, verdict: "fail", at: sourceOf(host), finding: say("addressing.names", values), remedy: say("addressing.names.remedy", values) };
}

/** A host's addresses within what the province announces, without prefix length. */
function ownAddresses(province: Province, host: Host): string[] {
  const all = [...host.interfaces.map(({ ipv4, ipv6 }) => ({ ipv4: addressOf(ipv4), ipv6: addressOf(ipv6) })), ...(host.loopback === undefined ? [] : [host.loopback])];
  return FAMILIES.flatMap((family) => all.map((one) => one[family]).filter((address) => isOurs(province, family, address)));
}

function isOurs(province: Province, family: Family, address: string): boolean {
  const prefix = parseCidr(`${address}/${family === "ipv4" ? 32 : 128}`);
  return prefix !== undefined && contains(prefixOf(province.routing.bgp.announce[family]), prefix);
}
