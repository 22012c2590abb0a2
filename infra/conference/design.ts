/** HD video conference. Pure: same input, same bytes. */
import type { HostIntent } from "../host/intent.ts";
import { mergeIntents } from "../host/merge.ts";
import { hostsOfRole } from "../../inventory/reach.ts";
import type { Province } from "../../inventory/model.ts";
import type { Tls } from "../pki/tls.ts";
import { certificateIntent } from "./certificate.ts";
import { frontIntent } from "./front.ts";
import { gateIntent } from "./gateService.ts";
import { janusIntent } from "./janus.ts";
import { turnIntent } from "./turn.ts";

/** Host name → intent. */
export function conferenceDesign(province: Province, tls: Tls): Map<string, HostIntent> {
  return new Map(hostsOfRole(province, "conference").map((host) => [host.name, mergeIntents([
    certificateIntent(tls), janusIntent(province, host), turnIntent(province, host), gateIntent(province), frontIntent(province),
  ])]));
}
