/** What the world finds in DNS about the province's mail, as lines of its zone file (RFC 1035, 5). */
import { DKIM_RECORD_SECRET, DKIM_SELECTOR, txt } from "./dkim.ts";
import { fullName, type MailHosts } from "./names.ts";
import type { HostIntent } from "../host/intent.ts";
import { ZONES_DIRECTORY } from "../datacenter/dns.ts";
import { MAIL_RECORDS } from "../datacenter/zones.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";

/** Preference of the first mail exchanger (RFC 5321, 5.1); each further one adds as much. */
const PREFERENCE_STEP = 10;

/**
 * Where mail is delivered (MX), who sends ours (SPF, RFC 7208: the mail exchangers and nobody else), what it is signed with (DKIM),
 * and what to do with mail that is not (DMARC, RFC 7489): refuse it, the domains being exactly ours.
 */
export function mailRecords(province: Province, { exchangers }: MailHosts): string {
  return [
    ...exchangers.map((host, i) => `@ MX ${(i + 1) * PREFERENCE_STEP} ${fullName(province, host)}.`),
    `@ TXT ${txt("v=spf1 mx -all")}`,
    // Alerts go out from the monitoring host's own name, as its own.
    ...[...exchangers, ...hostsOfRole(province, "monitoring")].map((host) => `${host.name} TXT ${txt("v=spf1 a -all")}`),
    `${DKIM_SELECTOR}._domainkey TXT {{secret:${DKIM_RECORD_SECRET}}}`,
    `_dmarc TXT ${txt("v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s")}`,
    "",
  ].join("\n");
}

/** A DNS server's part: the records, in a file that the zone includes. */
export function recordsIntent(province: Province, hosts: MailHosts): HostIntent {
  const { zone } = province.services.dns;
  const file = `${ZONES_DIRECTORY}/${zone}`;
  return {
    packages: ["bind9-utils"],
    files: { [MAIL_RECORDS]: { content: mailRecords(province, hosts), mode: "0640", owner: "root:bind" } },
    services: [{
      name: "mail-records",
      files: [MAIL_RECORDS],
      check: `mkdir -p "$STAGE${ZONES_DIRECTORY}" && cp "${file}" "$STAGE${file}" && named-checkzone -t "$STAGE" ${zone} ${file}`,
      reload: `rndc reload ${zone}`,
    }],
  };
}
