/** The annex's technical demands, as far as the inventory and the designs speak of them; of the others nobody knows. */
import { networkDesign } from "../../../infra/network/design.ts";
import type { Province } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { circular } from "../law.ts";
import { list, say, type MessageId } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

export const lawAnnex: Check = {
  id: "law.annex",
  title: say("law.annex.title"),
  severity: "major",
  basis: "law",
  source: circular("Annex I"),
  reads: ["inventory"],
  run: ({ province }) => [
    judgeItem(province, "ipv6", [...province.hosts.values()].filter(({ interfaces }) => interfaces.some(({ ipv6 }) => !ipv6.includes(":"))).map(({ name }) => name)),
    judgeItem(province, "separation", province.segments.size < 2 ? [...province.segments.keys()] : []),
    judgeItem(province, "authentication", unauthenticated(province)),
    judgeItem(province, "administration", plainAdministration(province)),
    unknownItem(province, "ups"),
    unknownItem(province, "labels"),
    unknownItem(province, "syslog"),
  ],
};

type Item = "ipv6" | "separation" | "authentication" | "administration";

function judgeItem(province: Province, item: Item, bad: readonly string[]): Outcome {
  const subject = { kind: "province", subject: item, evidence: { bad } } as const;
  if (bad.length === 0) return { ...subject, verdict: "pass" };
  const finding: MessageId = `law.annex.${item}`;
  return { ...subject, verdict: "fail", at: sourceOf(province), finding: say(finding, { names: list(bad) }), remedy: say(`${finding}.remedy`, { names: list(bad) }) };
}

function unknownItem(province: Province, item: "ups" | "labels" | "syslog"): Outcome {
  return { kind: "province", subject: item, verdict: "unknown", at: sourceOf(province), finding: say(`law.annex.${item}`), remedy: say("law.annex.unknown.remedy") };
}

/** Routers that are told of OSPF neighbours without a key. */
function unauthenticated(province: Province): string[] {
  return [...networkDesign(province)].flatMap(([name, { files = {} }]) => {
    const blocks = Object.values(files).flatMap(({ content }) => content.split(/^(?=interface )/m)).filter((block) => /^interface .*\n(?: .*\n)*? ip ospf network point-to-point$/m.test(block));
    return blocks.every((block) => block.includes("ip ospf authentication message-digest") && block.includes("ipv6 ospf6 authentication")) ? [] : [name];
  });
}

/** Ways of administration that show what is typed: Telnet, rlogin, unencrypted SNMP. */
const PLAIN_PORTS: ReadonlySet<string> = new Set(["tcp/23", "tcp/513", "tcp/514", "udp/161"]);

/** Services with such ports that a line of the policy accepts, as `ssh (tcp/23)`. */
function plainAdministration(province: Province): string[] {
  const accepted = new Set(province.security.policy.filter(({ action }) => action === "accept").flatMap(({ services }) => services));
  return province.security.services.filter(({ name, neighbours }) => neighbours !== true && accepted.has(name))
    .flatMap(({ name, ports }) => ports.filter((port) => PLAIN_PORTS.has(port)).map((port) => `${name} (${port})`));
}
