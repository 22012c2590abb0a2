/**
 * What an office runs to send and to fetch a message: shell scripts for a Debian with curl and dig, given on standard input, so that
 * no password stands among a process's arguments.
 */

export interface MailClient {
  /** The server's name, which its certificate has to show. */
  readonly server: string;
  /** Addresses of DNS servers, asked in this order. */
  readonly resolvers: readonly string[];
  /** Address that packets leave from, where the office has several. */
  readonly source?: string;
  /** PEM of the authority that the server's certificate has to come from. */
  readonly authority: string;
  readonly login: string;
  readonly password: string;
}

/** Seconds until one conversation with the server is given up. */
const CONVERSATION_SECONDS = 20;
/** Messages that nobody has fetched for so long are deleted with the next fetch, seconds. */
const FORGOTTEN_SECONDS = 600;

/** Submits `message` over TLS from the start (RFC 8314, port 465). */
export function submitScript(client: MailClient, recipient: string, message: string): string {
  return [
    ...prelude(client, 465),
    heredoc("message", message),
    `mail --url smtps://${client.server}:465 --mail-from ${quoted(client.login)} --mail-rcpt ${quoted(recipient)} --upload-file "$dir/message" --crlf`,
    "",
  ].join("\n");
}

/**
 * Waits until the message with this Message-ID is in the inbox, prints it and deletes it. With exit code 71 it has not come within
 * `patienceSeconds`.
 */
export function fetchScript(client: MailClient, messageId: string, patienceSeconds: number): string {
  const inbox = `imaps://${client.server}:993/INBOX`;
  const search = (what: string) => `uids=$(mail --url ${inbox} --request "UID SEARCH ${what}" | tr -d '\\r' | sed -n 's/^\\* SEARCH *//p')`;
  return [
    ...prelude(client, 993),
    `end=$(( $(date +%s) + ${patienceSeconds} ))`,
    "while :; do",
    search(`HEADER Message-ID ${messageId}`),
    '[ -z "$uids" ] || break',
    `[ "$(date +%s)" -lt "$end" ] || { echo "no message within ${patienceSeconds} s" >&2; exit 71; }`,
    "sleep 0.5",
    "done",
    "uid=${uids##* }",
    `mail --url "${inbox};UID=$uid"`,
    search(`OR UID $uid OLDER ${FORGOTTEN_SECONDS}`),
    `mail --url ${inbox} --request "UID STORE $(echo $uids | tr ' ' ,) +FLAGS.SILENT (\\\\Deleted)" >/dev/null`,
    `mail --url ${inbox} --request EXPUNGE >/dev/null`,
    "",
  ].join("\n");
}

/** The message that a probe sends. `id` is its Message-ID, brackets included. */
export function letter(id: string, from: string, to: string): string {
  return [
    `From: <${from}>`, `To: <${to}>`, "Subject: egov mail probe", `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`, `Message-ID: ${id}`,
    "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", "A message from one office to another, to see that mail works.", "",
  ].join("\n");
}

function prelude({ server, resolvers, source, authority, login, password }: MailClient, port: number): string[] {
  return [
    "set -eu",
    "umask 077",
    "dir=$(mktemp -d)",
    "trap 'rm -rf \"$dir\"' EXIT",
    heredoc("authority", authority),
    heredoc("config", `user = ${JSON.stringify(`${login}:${password}`)}`),
    "address=",
    `for resolver in ${resolvers.join(" ")}; do`,
    `[ -n "$address" ] || address=$(dig +short +time=2 +tries=1 ${source === undefined ? "" : `-b ${source} `}"@$resolver" ${server}. A | grep -m1 '^[0-9.]*$' || :)`,
    "done",
    `[ -n "$address" ] || { echo "${server} is not resolved" >&2; exit 70; }`,
    "mail() {",
    `curl --silent --show-error --max-time ${CONVERSATION_SECONDS} --resolve "${server}:${port}:$address" --cacert "$dir/authority" --tlsv1.2 --config "$dir/config"${source === undefined ? "" : ` --interface ${source}`} "$@"`,
    "}",
  ];
}

function heredoc(file: string, text: string): string {
  return `cat >"$dir/${file}" <<'END-OF-FILE'\n${text.trimEnd()}\nEND-OF-FILE`;
}

function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
