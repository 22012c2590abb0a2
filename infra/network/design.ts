/** The network design: from the province to what each of its routers must hold. Pure: same input, same bytes. */

import { mergeIntents } from "../host/merge.ts";
import type { HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { frrIntent } from "./frr.ts";
import { kernelIntent } from "./kernel.ts";
import { lldpIntent } from "./lldp.ts";
import { intendedNeighbours } from "./neighbours.ts";
import { RESOLVER_PATH, resolverFile } from "./resolver.ts";
import type { Router } from "./router.ts";
import { provinceRouters, stateEdges } from "./router.ts";
import { vrrpIntent } from "./vrrp.ts";

/** Every router tries its own links, and traces paths, when it is asked to. */
const TRIALS: HostIntent = { packages: ["fping", "traceroute"] };
/** An office's router is where others look out of its LAN from: whether it reaches the rest, and whether names resolve there. */
const LOOKOUT: HostIntent = { packages: ["bind9-dnsutils", "curl", "fping"] };

/** Host name → intent, for every router of the province in the inventory's order. */
export function networkDesign(province: Province): Map<string, HostIntent> {
  const resolver: HostIntent = { files: { [RESOLVER_PATH]: resolverFile(province) } };
  return designOf(provinceRouters(province), (router) => [frrIntent(router), kernelIntent(router), lldpIntent(router), vrrpIntent(router), TRIALS, resolver, ...(router.host.role === "site-router" ? [LOOKOUT] : [])]);
}

/** The state network's edge, which belongs to somebody else: only for a twin, where it has to be played. */
export function stateEdgeDesign(province: Province): Map<string, HostIntent> {
  return designOf(stateEdges(province), (router) => [frrIntent(router), kernelIntent(router)]);
}

function designOf(routers: readonly Router[], parts: (router: Router) => HostIntent[]): Map<string, HostIntent> {
  const neighbours = routers[0] === undefined ? new Map() : intendedNeighbours(routers[0].province);
  return new Map(routers.map((router) => {
    const seen = neighbours.get(router.host.name);
    return [router.host.name, mergeIntents([...parts(router), { guard: { ...(seen && { neighbours: seen }) } }])];
  }));
}
