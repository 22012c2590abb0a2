/** What the units of the conference host have in common. */

/** A service that only listens, talks and reads what it was given. */
export const HARDENING: readonly string[] = [
  "NoNewPrivileges=yes",
  "PrivateDevices=yes",
  "PrivateTmp=yes",
  "ProtectHome=yes",
  "ProtectSystem=strict",
  "ProtectControlGroups=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
  "RestrictNamespaces=yes",
  "LockPersonality=yes",
  "CapabilityBoundingSet=",
];

/** A drop-in or unit section after which the service comes back a second after it ended, for whatever reason, without giving up. */
export function alwaysBack(service: readonly string[] = []): string {
  return ["[Unit]", "StartLimitIntervalSec=0", "", "[Service]", "Restart=always", "RestartSec=1", ...service, ""].join("\n");
}
