/** What a twin needs on the machine. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  mmdebstrap: ["mmdebstrap"],
  "systemd-container": ["systemd-nspawn"],
  iproute2: ["ip"],
  nftables: ["nft"],
  "openssh-client": ["ssh"],
  "util-linux": ["unshare", "nsenter", "setpriv"],
};

/** Names of the Debian packages that are missing on this machine for a twin, sorted; empty when all is there. */
export function twinRequirements(): string[] {
  return Object.entries(PROGRAMS).filter(([, programs]) => !programs.every(isThere)).map(([name]) => name).toSorted();
}

/** Debian keeps some in `/usr/sbin`, which is not in everyone's PATH. */
function isThere(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
