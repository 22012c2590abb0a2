/** The packages of a twin's image: all that any stack asks of any host, so that nothing is downloaded while it comes up. */
import { conferenceDesign } from "../../infra/conference/design.ts";
import { datacenterDesign } from "../../infra/datacenter/design.ts";
import type { HostIntent } from "../../infra/host/intent.ts";
import { networkDesign, stateEdgeDesign } from "../../infra/network/design.ts";
import { mailDesign } from "../../infra/mail/design.ts";
import { unsignedTls } from "../../infra/pki/tls.ts";
import { securityDesign } from "../../infra/security/design.ts";
import { monitoringDesign } from "../../monitoring/server/design.ts";
import type { Province } from "../../inventory/model.ts";

export function imagePackages(province: Province): string[] {
  const tls = unsignedTls(province.certificates.keys());
  const designs = [
    networkDesign(province), stateEdgeDesign(province), datacenterDesign(province), ...[...province.environments.values()].map((environment) => securityDesign(province, environment)),
    mailDesign(province, tls), conferenceDesign(province, tls), monitoringDesign(province, tls),
  ];
  const intents: HostIntent[] = designs.flatMap((design) => [...design.values()]);
  return [...new Set(intents.flatMap((intent) => intent.packages ?? []))].toSorted();
}
