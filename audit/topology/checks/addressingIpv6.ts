/** Whatever has an IPv4 address has an IPv6 address, too, and whoever asks for its name learns both. */
import { parseCidr } from "../../../inventory/address.ts";
import type { Host, Province } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { list, say } from "../messages/index.ts";
import { answersOf, type Answers } from "../names.ts";
import type { Outcome } from "../types.ts";

export const addressingIpv6: Check = {
  id: "addressing.ipv6",
  title: say("addressing.ipv6.title"),
  severity: "major",
  basis: "design",
  source: "Design: both families everywhere, in names as well (the law asks for IPv6, too: law.annex)",
  reads: ["inventory"],
  run: ({ province }) => {
    const answers = answersOf(province);
    return [...province.hosts.values()].filter(({ interfaces }) => interfaces.length > 0).map((host) => judgeFamilies(province, host, answers));
  },
};

export function judgeFamilies(province: Province, host: Host, { addresses }: Answers): Outcome {
  const { zone } = province.services.dns;
  const single = host.interfaces.filter(({ ipv6 }) => parseCidr(ipv6)?.family !== 6).map(({ name }) => name);
  const names = [`${host.name}.${zone}`, ...host.interfaces.map(({ name }) => `${name}.${host.name}.${zone}`)];
  const half = names.filter((name) => {
    const known = addresses.get(name);
    return known !== undefined && ![...known].some((address) => address.includes(":"));
  });
  const missing = [...single, ...half];
  const subject = { kind: "host", subject: host.name, hosts: [host.name] } as const;
  if (missing.length === 0) return { ...subject, verdict: "pass" };
  const values = { host: host.name, missing: list(missing) };
  return { ...subject, verdict: "fail", at: sourceOf(host), finding: say("addressing.ipv6", values), remedy: say("addressing.ipv6.remedy", values) };
}
