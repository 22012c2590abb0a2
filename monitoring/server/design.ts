/** Prometheus, Alertmanager and what they ask. Pure: same input, same bytes. */
import type { HostIntent } from "../../infra/host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import type { Tls } from "../../infra/pki/tls.ts";

/** Host name → intent. */
export function monitoringDesign(_province: Province, _tls: Tls): Map<string, HostIntent> {
  return new Map();
}
