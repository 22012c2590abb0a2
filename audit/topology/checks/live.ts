/** The checks that hold life against the inventory, from the cable up. */
import type { Check } from "../check.ts";
import { capacityMeasured } from "./capacityMeasured.ts";
import { liveConfiguration } from "./liveConfiguration.ts";
import { liveAddresses, liveErrors, liveInterfaces, liveLoss, liveMtu } from "./liveInterfaces.ts";
import { liveLldp, liveNeighbours } from "./liveNeighbours.ts";
import { pathsLive, pathsMtu, pathsSymmetry, pathsTraced, pathsTtl } from "./livePaths.ts";
import { qosClasses, qosSaturated } from "./liveQos.ts";
import { liveRoutes } from "./liveRoutes.ts";

export const LIVE_CHECKS: readonly Check[] = [
  liveInterfaces, liveMtu, liveErrors, liveLoss, liveAddresses, liveLldp, ...liveNeighbours, ...liveConfiguration, liveRoutes,
  pathsLive, pathsSymmetry, pathsTraced, pathsMtu, pathsTtl, qosClasses, qosSaturated, capacityMeasured,
];
