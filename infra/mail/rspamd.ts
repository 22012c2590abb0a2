/** The filter beside the mail exchanger: signs what our users send (DKIM), and judges what others do (SPF, DKIM, DMARC, ARC). */
import type { HostFile, HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { DKIM_KEY_SECRET, DKIM_SELECTOR } from "./dkim.ts";
import { addressesOf } from "./names.ts";
import { keptAlive, keptAlivePath } from "./service.ts";

export const MILTER_PORT = 11332;
export const CONTROLLER_PORT = 11334;
const DIRECTORY = "/etc/rspamd";
const KEY = `${DIRECTORY}/dkim.key`;
const UNIT = "rspamd.service";
const REDIS_UNIT = "redis-server.service";
const REDIS = "/etc/redis/redis.conf";
const UNBOUND_UNIT = "unbound.service";
const UNBOUND = "/etc/unbound/unbound.conf";

/** Addresses whose mail needs no login, because it comes from machines: the monitoring's alerts. */
export function trustedSenders(province: Province): { readonly ipv4: string; readonly ipv6: string }[] {
  return hostsOfRole(province, "monitoring").map(addressesOf);
}

/** rspamd, and the two that it leans on: redis for what it learns, unbound for the hundreds of names it asks for. */
export function filterIntent(province: Province): HostIntent {
  return mergeIntents([rspamdIntent(province), redisIntent(), unboundIntent(province)]);
}

function rspamdIntent(province: Province): HostIntent {
  const config = Object.entries(configuration(province)).map(([path, lines]): [string, HostFile] => [`${DIRECTORY}/${path}`, { content: lines.map((line) => `${line}\n`).join("") }]);
  const files: Record<string, HostFile> = {
    ...Object.fromEntries(config),
    [KEY]: { content: `{{secret:${DKIM_KEY_SECRET}}}`, mode: "0640", owner: "root:_rspamd" },
  };
  return {
    packages: ["rspamd"],
    files: { ...files, ...keptAlive(UNIT) },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [{
      name: "rspamd",
      files: [...Object.keys(files), keptAlivePath(UNIT)],
      check: `rspamadm --var=LOCAL_CONFDIR="$STAGE${DIRECTORY}" configtest`,
      reload: `systemctl restart ${UNIT}`,
      unit: UNIT,
    }],
  };
}

function configuration(province: Province): Record<string, string[]> {
  const { domain } = province.mail;
  const trusted = trustedSenders(province).flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]);
  const list = (items: readonly string[]) => `[${items.map((item) => `"${item}"`).join(", ")}]`;
  return {
    // In override.d: rspamd's own list holds all private addresses, and local.d would only add to it. Whoever is "local" escapes SPF
    // and DMARC, and has his mail signed as ours.
    "override.d/options.inc": [
      `local_addrs = ${list(["127.0.0.0/8", "::1", ...trusted])};`,
      "dns { nameserver = [\"127.0.0.1\"]; timeout = 2s; retransmits = 2; }",
    ],
    "local.d/worker-normal.inc": ["enabled = false;"],
    "local.d/worker-proxy.inc": [
      `bind_socket = "127.0.0.1:${MILTER_PORT}";`,
      "milter = yes;",
      "timeout = 60s;",
      "count = 2;",
      'upstream "local" { default = yes; self_scan = yes; }',
    ],
    // Its figures are for the monitoring; it takes no password, so it takes no command from elsewhere.
    "local.d/worker-controller.inc": [`bind_socket = "*:${CONTROLLER_PORT}";`, `secure_ip = ${list(["127.0.0.1", "::1", ...trusted])};`],
    "override.d/logging.inc": ['type = "console";', "systemd = true;"],
    "local.d/redis.conf": ['servers = "127.0.0.1:6379";'],
    "local.d/actions.conf": ["reject = 15;", "add_header = 6;", "greylist = null;"],
    "local.d/milter_headers.conf": ['use = ["authentication-results", "x-spam-status"];', "skip_authenticated = true;"],
    "local.d/dmarc.conf": ['actions = { quarantine = "add_header"; reject = "reject"; }'],
    "override.d/dkim_signing.conf": [
      "sign_authenticated = true;",
      "sign_local = false;",
      ...(trusted.length > 0 ? [`sign_networks = ${list(trusted)};`] : []),
      'use_domain = "header";',
      "try_fallback = false;",
      `domain { "${domain}" { path = "${KEY}"; selector = "${DKIM_SELECTOR}"; } }`,
    ],
    // These ask services of the internet about every message: who writes to whom is nobody's business, and there may be no way out.
    ...Object.fromEntries(["asn", "fuzzy_check", "greylist", "phishing", "rbl", "spamtrap"].map((name) => [`local.d/${name}.conf`, ["enabled = false;"]])),
    "rspamd.local.lua": OWNER_RULE,
  };
}

/** Postfix cannot see the header; and what it could see of the envelope is checked here in one place with it. */
const OWNER_RULE = [
  "-- Both senders, of the envelope and of the header, belong to who logged in.",
  "rspamd_config:register_symbol({",
  "  name = 'SENDER_IS_LOGIN',",
  "  type = 'prefilter',",
  "  callback = function(task)",
  "    local user = task:get_user()",
  "    if not user then return end",
  "    user = user:lower()",
  "    local function stranger(from, what)",
  "      if from:lower() ~= user then",
  "        task:set_pre_result({action = 'reject', module = 'sender_is_login', message = what .. ' ' .. from .. ' does not belong to ' .. user})",
  "        return true",
  "      end",
  "    end",
  "    local envelope = task:get_from('smtp')",
  "    if envelope and envelope[1] and envelope[1].addr ~= '' and stranger(envelope[1].addr, 'the envelope sender') then return end",
  "    local header = task:get_from({'mime', 'orig'})",
  "    if not header or #header ~= 1 then",
  "      task:set_pre_result({action = 'reject', module = 'sender_is_login', message = 'a message has one header From'})",
  "      return",
  "    end",
  "    stranger(header[1].addr or '', 'the header From')",
  "  end,",
  "})",
];

function redisIntent(): HostIntent {
  return {
    packages: ["redis-server"],
    files: {
      [REDIS]: {
        content: [
          "bind 127.0.0.1",
          "port 6379",
          "daemonize no",
          "supervised systemd",
          "dir /var/lib/redis",
          "dbfilename dump.rdb",
          "save 900 1 300 100",
          'logfile ""',
          "maxmemory 256mb",
          "maxmemory-policy volatile-lru",
          "",
        ].join("\n"),
        mode: "0640", owner: "redis:redis",
      },
      ...keptAlive(REDIS_UNIT, ["Type=notify"]),
    },
    units: { [REDIS_UNIT]: { enabled: true, running: true } },
    services: [{ name: "redis", files: [REDIS, keptAlivePath(REDIS_UNIT)], reload: `systemctl restart ${REDIS_UNIT}`, unit: REDIS_UNIT }],
  };
}

/** Asks the province's own name servers and nobody else; they also check signatures (DNSSEC). */
function unboundIntent(province: Province): HostIntent {
  const servers = hostsOfRole(province, "dns").flatMap((host) => { const { ipv4, ipv6 } = addressesOf(host); return [ipv4, ipv6]; });
  return {
    packages: ["unbound"],
    files: {
      [UNBOUND]: {
        content: [
          "server:",
          "\tinterface: 127.0.0.1",
          "\taccess-control: 127.0.0.0/8 allow",
          "\tnum-threads: 1",
          '\tmodule-config: "iterator"',
          '\tpidfile: ""',
          "\t# Names that are not there may be tomorrow, when somebody's mail waits for them.",
          "\tcache-max-negative-ttl: 60",
          "\t# The filter would fetch lists from its makers; those of its package serve.",
          '\tlocal-zone: "rspamd.com." always_nxdomain',
          "\t# The private reverse zones are the province's, too.",
          "\tunblock-lan-zones: yes",
          "\tinsecure-lan-zones: yes",
          "",
          "forward-zone:",
          '\tname: "."',
          ...servers.map((address) => `\tforward-addr: ${address}`),
          "",
        ].join("\n"),
      },
      ...keptAlive(UNBOUND_UNIT),
    },
    units: { [UNBOUND_UNIT]: { enabled: true, running: true } },
    services: [{
      name: "unbound", files: [UNBOUND, keptAlivePath(UNBOUND_UNIT)], check: `unbound-checkconf "$STAGE${UNBOUND}"`, reload: `systemctl restart ${UNBOUND_UNIT}`, unit: UNBOUND_UNIT,
    }],
  };
}
