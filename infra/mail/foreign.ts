/**
 * Somebody else's mail server, with somebody else's domain, behind the state network: whom a twin's province writes to and hears
 * from. Made of other programs than ours where it judges ours (OpenDKIM), so that the two do not share a fault.
 */
import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import { foreignZones } from "../datacenter/dns.ts";
import { reverseName } from "../datacenter/reverse.ts";
import { zones as provinceZones } from "../datacenter/zones.ts";
import { addressIntent } from "../datacenter/server.ts";
import { RESOLVER_PATH } from "../network/resolver.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { DKIM_SELECTOR, FOREIGN_DKIM_KEY_SECRET, FOREIGN_DKIM_RECORD_SECRET, txt } from "./dkim.ts";
import { addressesOf } from "./names.ts";
import { postfixIntent } from "./postfix.ts";
import { keptAlive, keptAlivePath } from "./service.ts";

const NAMED = "/etc/bind/named.conf";
const NAMED_UNIT = "named.service";
const OPENDKIM = "/etc/opendkim.conf";
const OPENDKIM_KEY = "/etc/dkimkeys/egov.private";
const OPENDKIM_UNIT = "opendkim.service";
const OPENDKIM_PORT = 8891;
const STORE = "/var/lib/foreign-mail";
const TTL_SECONDS = 300;

/** Where its mail ends, one folder (Maildir) an address: `/var/lib/foreign-mail/LOGIN/`. */
export const FOREIGN_STORE = STORE;
/** The login of its only user; everybody else there is unknown. */
export const FOREIGN_USER = "can-bo";

export function foreignIntent(province: Province, host: Host): HostIntent {
  return mergeIntents([
    addressIntent(host),
    { files: { [RESOLVER_PATH]: { content: "nameserver 127.0.0.1\n" } } },
    namesIntent(province, host), mailIntent(province, host), signerIntent(province),
  ]);
}

function mailIntent(province: Province, host: Host): HostIntent {
  const { foreignDomain } = province.mail;
  return postfixIntent({
    main: {
      compatibility_level: "3.6",
      myhostname: `${host.name}.${foreignDomain}`,
      mydestination: "",
      mynetworks: "127.0.0.0/8, [::1]/128",
      virtual_mailbox_domains: foreignDomain,
      virtual_mailbox_maps: `inline:{${FOREIGN_USER}@${foreignDomain}=${FOREIGN_USER}/}`,
      virtual_mailbox_base: STORE,
      virtual_uid_maps: "static:8",
      virtual_gid_maps: "static:8",
      virtual_minimum_uid: "8",
      smtpd_relay_restrictions: "permit_mynetworks, reject_unauth_destination",
      smtp_tls_security_level: "may",
      smtpd_milters: `inet:127.0.0.1:${OPENDKIM_PORT}`,
      milter_default_action: "tempfail",
      smtputf8_enable: "no",
    },
    start: [`ExecStartPre=/usr/bin/install -d -m 0750 -o mail -g mail ${STORE}`],
  });
}

/** Signs what leaves, and writes what it finds on arriving mail into its Authentication-Results. */
function signerIntent(province: Province): HostIntent {
  const { foreignDomain } = province.mail;
  return {
    packages: ["opendkim"],
    files: {
      [OPENDKIM]: {
        content: [
          "Syslog yes",
          "Mode sv",
          `Domain ${foreignDomain}`,
          `Selector ${DKIM_SELECTOR}`,
          `KeyFile ${OPENDKIM_KEY}`,
          "Canonicalization relaxed/relaxed",
          "OversignHeaders From",
          "AlwaysAddARHeader yes",
          // Else it would ask the root's servers.
          "Nameservers 127.0.0.1",
          "UserID opendkim",
          "PidFile /run/opendkim/opendkim.pid",
          `Socket inet:${OPENDKIM_PORT}@127.0.0.1`,
          "",
        ].join("\n"),
      },
      [OPENDKIM_KEY]: { content: `{{secret:${FOREIGN_DKIM_KEY_SECRET}}}`, mode: "0640", owner: "root:opendkim" },
      ...keptAlive(OPENDKIM_UNIT),
    },
    units: { [OPENDKIM_UNIT]: { enabled: true, running: true } },
    services: [{
      name: "opendkim", files: [OPENDKIM, OPENDKIM_KEY, keptAlivePath(OPENDKIM_UNIT)], check: `sed "s|${OPENDKIM_KEY}|$STAGE${OPENDKIM_KEY}|" "$STAGE${OPENDKIM}" >"$STAGE/opendkim.check" && opendkim -n -x "$STAGE/opendkim.check"`, reload: `systemctl restart ${OPENDKIM_UNIT}`, unit: OPENDKIM_UNIT,
    }],
  };
}

/** Answers for its own domain and, to itself only, for ours by asking our servers. */
function namesIntent(province: Province, host: Host): HostIntent {
  const { foreignDomain } = province.mail;
  const { ipv4, ipv6 } = addressesOf(host);
  const ours = hostsOfRole(province, "dns").flatMap((server) => Object.values(addressesOf(server)));
  const head = (name: string) => [`$TTL ${TTL_SECONDS}`, `@ SOA ${name}. hostmaster.${foreignDomain}. 1 3600 600 86400 60`, `@ NS ${name}.`];
  const name = `${host.name}.${foreignDomain}`;
  const records = [
    `${host.name} A ${ipv4}`,
    `${host.name} AAAA ${ipv6}`,
    `@ MX 10 ${host.name}`,
    `@ TXT ${txt("v=spf1 mx -all")}`,
    `${host.name} TXT ${txt("v=spf1 a -all")}`,
    `${DKIM_SELECTOR}._domainkey TXT {{secret:${FOREIGN_DKIM_RECORD_SECRET}}}`,
    `_dmarc TXT ${txt("v=DMARC1; p=reject; adkim=s; aspf=s")}`,
  ];
  const pointers = [ipv4, ipv6].map((address) => `${reverseName(address)} PTR ${name}.`);
  const zones = foreignZones(province).map((zone) => ({
    name: zone, file: `/etc/bind/${zone}`,
    content: [...head(name), ...(zone === foreignDomain ? records : pointers.filter((line) => line.includes(`.${zone}. `))), ""].join("\n"),
  }));
  // Beyond the two domains its world is empty: a twin reaches no root servers, and each question to them would wait in vain.
  const root = { name: ".", file: "/etc/bind/root", content: [...head("ns"), `ns A ${ipv4}`, ""].join("\n") };
  const own = [root, ...zones];
  const configuration = [
    "options {",
    '\tdirectory "/var/cache/bind";',
    "\tallow-recursion { localhost; };",
    "\tdnssec-validation no;",
    "\tmax-cache-size 8m;",
    "};",
    ...own.flatMap((one) => [`zone "${one.name}" {`, "\ttype primary;", `\tfile "${one.file}";`, "};"]),
    ...provinceZones(province).flatMap(({ name: zone }) => [
      `zone "${zone}" {`, "\ttype static-stub;", `\tserver-addresses { ${ours.map((address) => `${address};`).join(" ")} };`, "};",
    ]),
    "",
  ];
  return {
    packages: ["bind9", "bind9-utils"],
    files: {
      [NAMED]: { content: configuration.join("\n") },
      ...Object.fromEntries(own.map(({ file, content }) => [file, { content, mode: "0640", owner: "root:bind" }])),
    },
    units: { [NAMED_UNIT]: { enabled: true, running: true } },
    services: [{
      name: "named", files: [NAMED, ...own.map(({ file }) => file)], check: `mkdir -p "$STAGE/var/cache/bind" && named-checkconf -z -t "$STAGE" ${NAMED}`, reload: `systemctl reload ${NAMED_UNIT}`, unit: NAMED_UNIT,
    }],
  };
}
