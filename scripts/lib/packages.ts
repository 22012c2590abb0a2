/** The packages of a twin's image: all that any stack asks of any host, so that nothing is downloaded while it comes up. */
import { datacenterDesign } from "../../infra/datacenter/design.ts";
import type { HostIntent } from "../../infra/host/intent.ts";
import { networkDesign, stateEdgeDesign } from "../../infra/network/design.ts";
import type { Province } from "../../inventory/model.ts";

export function imagePackages(province: Province): string[] {
  const intents: HostIntent[] = [networkDesign, stateEdgeDesign, datacenterDesign].flatMap((design) => [...design(province).values()]);
  return [...new Set(intents.flatMap((intent) => intent.packages ?? []))].toSorted();
}
