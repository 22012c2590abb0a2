/** Mail for every official. Pure: same input, same bytes. */
import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import type { Tls } from "../pki/tls.ts";
import type { Province } from "../../inventory/model.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import { dovecotIntent } from "./dovecot.ts";
import { exchangerIntent } from "./exchanger.ts";
import { foreignIntent } from "./foreign.ts";
import { mailHosts } from "./names.ts";
import { recordsIntent } from "./records.ts";
import { filterIntent } from "./rspamd.ts";

/** Host name → intent: the mail's own hosts, their records on the name servers, and the foreign domain's server. */
export function mailDesign(province: Province, tls: Tls): Map<string, HostIntent> {
  const hosts = mailHosts(province);
  if (hosts === undefined) return new Map();
  return new Map([
    ...hosts.exchangers.map((host): [string, HostIntent] => [host.name, mergeIntents([exchangerIntent(province, hosts, host, tls), filterIntent(province)])]),
    [hosts.mailbox.name, dovecotIntent(province, hosts, tls)],
    ...hostsOfRole(province, "dns").map((host): [string, HostIntent] => [host.name, recordsIntent(province, hosts)]),
    ...hostsOfRole(province, "foreign-mail").map((host): [string, HostIntent] => [host.name, foreignIntent(province, host)]),
  ]);
}
