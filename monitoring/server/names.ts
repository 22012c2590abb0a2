/** By which certificate and name Prometheus and Alertmanager are known. */
import type { Certificate, Province } from "../../inventory/model.ts";
import { MONITORING_CERTIFICATE } from "../../inventory/model/monitoring.ts";

/** The inventory's checks see to it that it is there. */
export function certificateOf(province: Province): Certificate {
  return province.certificates.get(MONITORING_CERTIFICATE)!;
}

/** A name that the certificate is good for. */
export function serverName(province: Province): string {
  return certificateOf(province).names[0]!;
}
