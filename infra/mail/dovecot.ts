/**
 * The mailbox host's Dovecot: keeps the mailboxes, gives them out (IMAP), takes mail in (LMTP), says whether a mailbox has room, and
 * takes what users send (submission).
 *
 * Its submission service keeps no queue: it hands each command on to the mail exchanger while the user waits, together with who
 * logged in. So whatever is refused (a forged sender, a full mailbox, a virus) is refused at the user's own screen, nothing
 * bounces, and all mail is filtered, signed and queued in one place.
 */
import type { HostFile, HostIntent } from "../host/intent.ts";
import type { Tls } from "../pki/tls.ts";
import type { Province } from "../../inventory/model.ts";
import { LMTP_PORT, QUOTA_PORT } from "./exchanger.ts";
import { fullName, mailboxes, type MailHosts, mailServerName, tlsOf } from "./names.ts";
import { keptAlive, keptAlivePath } from "./service.ts";

const DIRECTORY = "/etc/dovecot";
const CONFIGURATION = `${DIRECTORY}/dovecot.conf`;
const TLS_DIRECTORY = `${DIRECTORY}/tls`;
const PASSWORDS = `${DIRECTORY}/passwords`;
const MAILBOXES = `${DIRECTORY}/mailboxes`;
const STORE = "/var/lib/vmail";
const ACCOUNT = "/etc/sysusers.d/egov-mail.conf";
const UNIT = "dovecot.service";

/** Owns every mailbox. Fixed, so that a restored backup still belongs to it. */
const VMAIL_ID = 5000;

export function dovecotIntent(province: Province, hosts: MailHosts, tls: Tls): HostIntent {
  const { certificate, key } = tlsOf(province, tls, hosts.mailbox);
  const all = mailboxes(province);
  const files: Record<string, HostFile> = {
    [CONFIGURATION]: { content: configuration(province, hosts) },
    [`${TLS_DIRECTORY}/certificate.pem`]: { content: certificate },
    [`${TLS_DIRECTORY}/key.pem`]: { content: key, mode: "0600" },
    [`${TLS_DIRECTORY}/authority.pem`]: { content: tls.authority },
    // Who has no password stands in one of the two only: the mailbox takes mail and nobody can log in.
    [PASSWORDS]: {
      content: all.flatMap(({ address, passwordHash }) => (passwordHash === undefined ? [] : [`${address}:{SHA512-CRYPT}${passwordHash}\n`])).join(""),
      mode: "0640", owner: "root:dovecot",
    },
    [MAILBOXES]: { content: all.map(({ address, quotaMiB }) => `${address}:::::::userdb_quota_rule=*:storage=${quotaMiB}M\n`).join("") },
  };
  return {
    packages: ["dovecot-core", "dovecot-imapd", "dovecot-lmtpd", "dovecot-submissiond"],
    files: {
      ...files,
      [ACCOUNT]: { content: `g vmail ${VMAIL_ID}\nu vmail ${VMAIL_ID}:${VMAIL_ID} "Mailboxes" ${STORE}\n` },
      ...keptAlive(UNIT, ["ExecStartPre=+/usr/bin/systemd-sysusers", `ExecStartPre=+/usr/bin/install -d -m 0750 -o vmail -g vmail ${STORE}`]),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      { name: "dovecot-unit", files: [ACCOUNT, keptAlivePath(UNIT)], reload: `systemctl restart ${UNIT}`, unit: UNIT },
      { name: "dovecot", files: Object.keys(files), check: CHECK, reload: `systemctl reload ${UNIT}`, unit: UNIT },
    ],
  };
}

/** A configuration names its certificates, which are read with it: here those of the stage, where there are any. */
const CHECK = `set -e
conf="$STAGE/dovecot.check"
cp "$STAGE${CONFIGURATION}" "$conf" 2>/dev/null || cp ${CONFIGURATION} "$conf"
for file in "$STAGE${TLS_DIRECTORY}"/*; do
  [ ! -e "$file" ] || sed -i "s|<\${file#"$STAGE"}|<$file|" "$conf"
done
doveconf -c "$conf" >/dev/null`;

function configuration(province: Province, hosts: MailHosts): string {
  const { domain, messageSizeMiB, postmaster } = province.mail;
  const [exchanger] = hosts.exchangers;
  return [
    "protocols = imap lmtp submission",
    "listen = *, ::",
    `hostname = ${mailServerName(province, hosts)}`,
    "log_path = syslog",
    "",
    "ssl = required",
    "ssl_min_protocol = TLSv1.2",
    `ssl_cert = <${TLS_DIRECTORY}/certificate.pem`,
    `ssl_key = <${TLS_DIRECTORY}/key.pem`,
    `ssl_client_ca_file = ${TLS_DIRECTORY}/authority.pem`,
    "disable_plaintext_auth = yes",
    "auth_mechanisms = plain login",
    `auth_default_realm = ${domain}`,
    "auth_username_format = %Lu",
    "passdb {",
    "  driver = passwd-file",
    `  args = username_format=%u ${PASSWORDS}`,
    "}",
    "userdb {",
    "  driver = passwd-file",
    `  args = username_format=%u ${MAILBOXES}`,
    `  default_fields = uid=vmail gid=vmail home=${STORE}/%Ln`,
    "}",
    `first_valid_uid = ${VMAIL_ID}`,
    `last_valid_uid = ${VMAIL_ID}`,
    "mail_location = maildir:~/Maildir",
    "recipient_delimiter =",
    "",
    "mail_plugins = quota",
    "plugin {",
    "  quota = count:User quota",
    "  quota_vsizes = yes",
    "  # One message that was let in while there was room is delivered, however large: refused now, it would bounce.",
    `  quota_grace = ${messageSizeMiB}M`,
    "  quota_status_success = DUNNO",
    "  quota_status_nouser = DUNNO",
    "  quota_status_overquota = 552 5.2.2 The mailbox is full",
    "}",
    "# What does not fit after all, several having come at once, waits at the exchanger: its sender was told that it was taken.",
    "quota_full_tempfail = yes",
    "protocol imap {",
    "  mail_plugins = $mail_plugins imap_quota",
    "}",
    "protocol lmtp {",
    `  postmaster_address = ${postmaster}@${domain}`,
    "}",
    "",
    `submission_relay_host = ${fullName(province, exchanger!)}`,
    "submission_relay_port = 25",
    "submission_relay_ssl = starttls",
    "submission_relay_ssl_verify = yes",
    "submission_relay_trusted = yes",
    `submission_max_mail_size = ${messageSizeMiB}M`,
    "",
    "# One process serves many logins: offices open all their mail programs at eight o'clock.",
    "service imap-login {",
    "  service_count = 0",
    "  inet_listener imap {",
    "    port = 0",
    "  }",
    "  inet_listener imaps {",
    "    port = 993",
    "    ssl = yes",
    "  }",
    "}",
    "service submission-login {",
    "  service_count = 0",
    "  inet_listener submission {",
    "    port = 587",
    "  }",
    "  inet_listener submissions {",
    "    port = 465",
    "    ssl = yes",
    "  }",
    "}",
    "service lmtp {",
    "  inet_listener lmtp {",
    `    port = ${LMTP_PORT}`,
    "  }",
    "}",
    "service quota-status {",
    "  executable = quota-status -p postfix",
    "  client_limit = 100",
    "  inet_listener {",
    `    port = ${QUOTA_PORT}`,
    "  }",
    "}",
    "",
  ].join("\n");
}
