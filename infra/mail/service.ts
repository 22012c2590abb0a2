import type { HostFile } from "../host/intent.ts";

/** How long a daemon that died stays away, seconds. */
const RESTART_SECONDS = 1;

/**
 * Lets systemd bring a daemon back whatever ended it, for as long as it takes: mail waits at its sender meanwhile. `lines` go into
 * the unit's section [Service].
 */
export function keptAlive(unit: string, lines: readonly string[] = []): Record<string, HostFile> {
  return {
    [keptAlivePath(unit)]: {
      content: ["[Unit]", "StartLimitIntervalSec=0", "", "[Service]", ...lines, "Restart=always", `RestartSec=${RESTART_SECONDS}`, ""].join("\n"),
    },
  };
}

/** Where the drop-in of `keptAlive` stands. */
export function keptAlivePath(unit: string): string {
  return `/etc/systemd/system/${unit}.d/egov.conf`;
}
