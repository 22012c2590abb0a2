/**
 * The mail exchanger's Postfix: takes mail for the province from anywhere, and from the mailbox host what logged-in users submit,
 * each message scanned while its sender waits; hands it to the mailbox host or to the world.
 */
import type { HostFile, HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import type { Tls } from "../pki/tls.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { ROLE_LOGINS } from "../../inventory/people.ts";
import { addressesOf, fullName, mailboxes, type MailHosts, tlsOf } from "./names.ts";
import { postfixIntent, table } from "./postfix.ts";
import { MILTER_PORT, trustedSenders } from "./rspamd.ts";

export const LMTP_PORT = 24;
export const QUOTA_PORT = 12340;
const TLS_DIRECTORY = "/etc/postfix/tls";
const SASL_DIRECTORY = "/etc/postfix/sasl";
const BYTES_PER_MIB = 1_048_576;

/** How long the mailbox host may take to say whether a mailbox has room, seconds. */
const QUOTA_TIMEOUT_SECONDS = 5;
/** How soon a delivery that failed for now is tried again at first, and how often the queue is looked through for such, seconds. */
const RETRY_SECONDS = 60;

export function exchangerIntent(province: Province, hosts: MailHosts, host: Host, tls: Tls): HostIntent {
  const { certificate, key } = tlsOf(province, tls, host);
  const files: Record<string, HostFile> = {
    [`${TLS_DIRECTORY}/certificate.pem`]: { content: certificate },
    [`${TLS_DIRECTORY}/key.pem`]: { content: key, mode: "0600" },
    [`${TLS_DIRECTORY}/authority.pem`]: { content: tls.authority },
  };
  const postfix = postfixIntent({ main: main(province, hosts, host), tables: tables(province) });
  // Postfix reads certificates when a daemon of it starts: its service is told of them, too.
  const services = postfix.services!.map((one) => (one.name === "postfix" ? { ...one, files: [...one.files, `${TLS_DIRECTORY}/`] } : one));
  const sasl = `${SASL_DIRECTORY}/smtpd.conf`;
  return mergeIntents([{ ...postfix, services }, {
    packages: ["libsasl2-modules"],
    files: { ...files, [sasl]: { content: "pwcheck_method: auxprop\nauxprop_plugin: none\nmech_list: PLAIN\n" } },
  }]);
}

function main(province: Province, hosts: MailHosts, host: Host): Record<string, string> {
  const { domain, messageSizeMiB } = province.mail;
  const mailbox = addressesOf(hosts.mailbox);
  const proxies = `${mailbox.ipv4}, [${mailbox.ipv6}]`;
  return {
    compatibility_level: "3.6",
    myhostname: fullName(province, host),
    mydestination: "",
    mynetworks: ["127.0.0.0/8", "[::1]/128", ...trustedSenders(province).map(({ ipv4, ipv6 }) => `${ipv4}, [${ipv6}]`)].join(", "),
    // Our users, and nobody else: what is not listed is refused while its sender waits.
    relay_domains: domain,
    relay_recipient_maps: table("recipients"),
    virtual_alias_maps: table("groups"),
    local_recipient_maps: "",
    local_transport: "error:5.1.1 no local mailboxes here",
    relay_transport: `lmtp:inet:[${mailbox.ipv4}]:${LMTP_PORT}`,
    lmtp_tls_security_level: "secure",
    lmtp_tls_CAfile: `${TLS_DIRECTORY}/authority.pem`,
    lmtp_tls_secure_cert_match: fullName(province, hosts.mailbox),
    lmtp_tls_mandatory_protocols: ">=TLSv1.2",

    smtpd_tls_security_level: "may",
    smtpd_tls_cert_file: `${TLS_DIRECTORY}/certificate.pem`,
    smtpd_tls_key_file: `${TLS_DIRECTORY}/key.pem`,
    smtpd_tls_protocols: ">=TLSv1.2",
    smtpd_tls_received_header: "yes",
    smtp_tls_security_level: "may",
    smtp_tls_protocols: ">=TLSv1.2",

    // The mailbox host's submission service passes on who logged in there (XCLIENT LOGIN), and nobody else may.
    smtpd_authorized_xclient_hosts: proxies,
    // Postfix heeds such a login only where it could check one itself. It never does: AUTH is offered to nobody.
    smtpd_sasl_auth_enable: "yes",
    smtpd_sasl_type: "cyrus",
    smtpd_sasl_path: "smtpd",
    cyrus_sasl_config_path: SASL_DIRECTORY,
    smtpd_sasl_exceptions_networks: "static:all",
    smtpd_client_event_limit_exceptions: `$mynetworks, ${proxies}`,
    smtpd_helo_required: "yes",
    disable_vrfy_command: "yes",
    smtpd_data_restrictions: "reject_unauth_pipelining",
    smtpd_relay_restrictions: "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
    smtpd_sender_restrictions: `permit_mynetworks, permit_sasl_authenticated, reject_non_fqdn_sender, check_sender_access ${table("own-senders")}`,
    smtpd_restriction_classes: "insiders",
    insiders: "permit_mynetworks, permit_sasl_authenticated, reject",
    smtpd_recipient_restrictions: [
      "reject_non_fqdn_recipient", "reject_unlisted_recipient", `check_recipient_access ${table("insiders-only")}`,
      // A full mailbox is refused here: accepted first, it would bounce to a sender that may be forged. When the mailbox host is
      // away, mail is taken and waits here.
      `check_policy_service { inet:${mailbox.ipv4}:${QUOTA_PORT}, timeout=${QUOTA_TIMEOUT_SECONDS}s, try_limit=1, default_action=DUNNO }`,
    ].join(", "),
    message_size_limit: String(messageSizeMiB * BYTES_PER_MIB),
    // Addresses are ASCII; the mailbox host's LMTP takes no others (RFC 6531).
    smtputf8_enable: "no",

    smtpd_milters: `inet:127.0.0.1:${MILTER_PORT}`,
    // Without the filter nothing passes, in either direction: the sender gets 451 and comes again.
    milter_default_action: "tempfail",

    queue_run_delay: `${RETRY_SECONDS}s`,
    minimal_backoff_time: `${RETRY_SECONDS}s`,
  };
}

function tables(province: Province): Record<string, string[]> {
  const { domain, postmaster } = province.mail;
  const { groups } = province.people;
  const at = (login: string) => `${login}@${domain}`;
  return {
    recipients: [...mailboxes(province).map(({ address }) => `${address} mailbox`)],
    groups: [
      ...groups.map(({ login, members }) => `${at(login)} ${members.map(at).join(", ")}`),
      ...ROLE_LOGINS.map((login) => `${at(login)} ${at(postmaster)}`),
    ],
    // Mail to many comes from inside: anybody else's to a group with one full mailbox would have to bounce.
    "insiders-only": groups.map(({ login }) => `${at(login)} insiders`),
    "own-senders": [`${domain} 554 5.7.1 Mail from ${domain} is submitted with a password, not here`],
  };
}
