import { unlessDefault } from "./defaults.ts";
import type { Router } from "./router.ts";

/** The profile that every link's sessions use. */
export const BFD_PROFILE = "link";

/** Bidirectional forwarding detection (RFC 5880, single hop RFC 5881): finds a silent cut long before OSPF's dead timer. */
export function bfdBlock(router: Router): string[] {
  const { bfd } = router.province.routing;
  return [
    "bfd",
    ` profile ${BFD_PROFILE}`,
    ...unlessDefault("  detect-multiplier", bfd.multiplier, 3),
    ...unlessDefault("  transmit-interval", bfd.intervalMilliseconds, 300),
    ...unlessDefault("  receive-interval", bfd.intervalMilliseconds, 300),
    " exit",
    " !",
    "exit",
    "!",
  ];
}
