/** Firewall zones, on the firewalls and on every host. Pure: same input, same bytes. */
import type { HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";


/** Host name → intent. */
export function securityDesign(_province: Province): Map<string, HostIntent> {
  return new Map();
}
