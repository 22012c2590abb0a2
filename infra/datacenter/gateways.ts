import { isDeepStrictEqual } from "node:util";
import { Failure } from "../../inventory/failure.ts";
import type { Province, Segment } from "../../inventory/model.ts";

export type Gateways = Readonly<Record<string, Segment["gateway"]>>;

/** Each segment's shared gateway address: what the firewalls give and the servers use. */
export function gatewaysOf(province: Province): Gateways {
  return Object.fromEntries([...province.segments.values()].map((segment) => [segment.name, { ...segment.gateway }]));
}

/**
 * `theirs`, if the network layer gave the segments the gateways that the servers are to use.
 * @throws Failure when the network was brought up from another inventory.
 */
export function sameGateways(theirs: unknown, ours: Gateways, environment: string): Gateways {
  if (isDeepStrictEqual(theirs, ours)) return ours;
  throw new Failure(`the gateways that network.${environment} set up are not those of the inventory`, {
    advice: `Bring up network.${environment} first.`,
  });
}
