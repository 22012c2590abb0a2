/** systemd units of ours, and what is added to Debian's. */
import type { HostFile } from "../../infra/host/intent.ts";

export type Sections = Readonly<Record<string, readonly string[]>>;

/** A unit file, or a part of one: sections in order, each with its lines. */
export function unitFile(sections: Sections): HostFile {
  return { content: Object.entries(sections).map(([name, lines]) => `[${name}]\n${lines.join("\n")}\n`).join("\n") };
}

/** What brings a service back one second after any end, however often: what watches others must not stay down. */
export const COMES_BACK: Sections = { Unit: ["StartLimitIntervalSec=0"], Service: ["Restart=always", "RestartSec=1"] };

/** The path of an addition to the unit of a package. */
export function dropIn(unit: string): string {
  return `/etc/systemd/system/${unit}.d/egov.conf`;
}

/** Sandbox for a program that only reads, computes and talks: systemd.exec(5). */
export const HARDENED: readonly string[] = [
  "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
  "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectClock=yes",
  "ProtectHostname=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes",
  "SystemCallArchitectures=native", "UMask=0077",
];
