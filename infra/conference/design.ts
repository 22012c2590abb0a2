/** HD video conference. Pure: same input, same bytes. */
import type { HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import type { Tls } from "../pki/tls.ts";

/** Host name → intent. */
export function conferenceDesign(_province: Province, _tls: Tls): Map<string, HostIntent> {
  return new Map();
}
