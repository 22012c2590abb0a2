/** What every Postfix of ours has in common: how it is started, checked and told of a change. */
import type { HostIntent } from "../host/intent.ts";
import { keptAlive, keptAlivePath } from "./service.ts";

/** Debian's instance of /etc/postfix; `postfix.service` itself does nothing, and its generator has no place on our hosts. */
export const POSTFIX_UNIT = "postfix@-.service";
const DIRECTORY = "/etc/postfix";

export interface PostfixOptions {
  /** main.cf: parameter → value. */
  readonly main: Readonly<Record<string, string>>;
  /** Lookup tables below /etc/postfix by name: read as they are (texthash), so there is nothing to compile. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** Further lines of its unit's section [Service]. */
  readonly start?: readonly string[];
}

export function postfixIntent({ main, tables = {}, start = [] }: PostfixOptions): HostIntent {
  const files = {
    [`${DIRECTORY}/main.cf`]: { content: `${Object.entries(main).map(([key, value]) => `${key} = ${value}`).join("\n")}\n` },
    [`${DIRECTORY}/master.cf`]: { content: MASTER },
    ...Object.fromEntries(Object.entries(tables).map(([name, lines]) => [`${DIRECTORY}/${name}`, { content: lines.map((line) => `${line}\n`).join("") }])),
  };
  return {
    packages: ["postfix"],
    files: { ...files, ...keptAlive(POSTFIX_UNIT, [...START, ...start]) },
    units: { [POSTFIX_UNIT]: { enabled: true, running: true } },
    services: [
      { name: "postfix-unit", files: [keptAlivePath(POSTFIX_UNIT)], reload: `systemctl restart ${POSTFIX_UNIT}`, unit: POSTFIX_UNIT },
      { name: "postfix", files: Object.keys(files), check: CHECK, reload: `systemctl reload ${POSTFIX_UNIT}`, unit: POSTFIX_UNIT },
    ],
  };
}

/** How main.cf names one of `tables`. */
export function table(name: string): string {
  return `texthash:${DIRECTORY}/${name}`;
}

/** Debian's unit lets the master go into the background, where systemd does not see it die. */
const START = ["Type=exec", "ExecStart=", "ExecStart=/usr/sbin/postfix start-fg"];

/** A parameter that Postfix does not know, or a value that it does not understand, is a warning only. */
const CHECK = `set -e
said=$(postconf -c "$STAGE${DIRECTORY}" -n 2>&1 >/dev/null; postconf -c "$STAGE${DIRECTORY}" -M 2>&1 >/dev/null)
[ -z "$said" ] || { echo "$said"; exit 1; }`;

/**
 * No daemon runs in a chroot: there each would need copies of the resolver's and the TLS library's files, which go stale; systemd
 * confines the whole instead.
 */
const MASTER = [
  "smtp       inet  n - n -    - smtpd",
  "pickup     unix  n - n 60   1 pickup",
  "cleanup    unix  n - n -    0 cleanup",
  "qmgr       unix  n - n 300  1 qmgr",
  "tlsmgr     unix  - - n 1000? 1 tlsmgr",
  "rewrite    unix  - - n -    - trivial-rewrite",
  "bounce     unix  - - n -    0 bounce",
  "defer      unix  - - n -    0 bounce",
  "trace      unix  - - n -    0 bounce",
  "verify     unix  - - n -    1 verify",
  "flush      unix  n - n 1000? 0 flush",
  "proxymap   unix  - - n -    - proxymap",
  "proxywrite unix  - - n -    1 proxymap",
  "smtp       unix  - - n -    - smtp",
  "relay      unix  - - n -    - smtp",
  "showq      unix  n - n -    - showq",
  "error      unix  - - n -    - error",
  "retry      unix  - - n -    - error",
  "discard    unix  - - n -    - discard",
  "local      unix  - n n -    - local",
  "virtual    unix  - n n -    - virtual",
  "lmtp       unix  - - n -    - lmtp",
  "anvil      unix  - - n -    1 anvil",
  "scache     unix  - - n -    1 scache",
  "postlog    unix-dgram n - n - 1 postlogd",
  "",
].join("\n");
