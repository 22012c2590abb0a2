/** The data center's first servers: administration, DNS, NTP. Pure: same input, same bytes. */

import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import type { Host, Province, RouterRole } from "../../inventory/model.ts";
import { administrationIntent } from "./administration.ts";
import { dnsIntent } from "./dns.ts";
import { ntpIntent } from "./ntp.ts";
import { serverIntent } from "./server.ts";

type ServerRole = Exclude<Host["role"], RouterRole>;
type Role = Exclude<ServerRole, "foreign-mail">;

const ROLES: Readonly<Record<Role, (province: Province, host: Host) => HostIntent>> = {
  administration: administrationIntent,
  dns: dnsIntent,
  ntp: ntpIntent,
  // These have layers of their own; here they get what every server has.
  "mail-exchanger": () => ({}),
  mailbox: () => ({}),
  conference: () => ({}),
  monitoring: () => ({}),
};

/** Host name → intent, for every server of the data center in the inventory's order. */
export function datacenterDesign(province: Province): Map<string, HostIntent> {
  const designs = new Map<string, HostIntent>();
  for (const host of province.hosts.values()) {
    if (isServer(host.role)) designs.set(host.name, mergeIntents([serverIntent(province, host), ROLES[host.role](province, host)]));
  }
  return designs;
}

function isServer(role: Host["role"]): role is Role {
  return role in ROLES;
}
