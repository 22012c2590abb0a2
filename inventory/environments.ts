/** How the hosts are reached, with defaults filled in. */
import { homedir } from "node:os";
import path from "node:path";
import type { Environment } from "./model.ts";
import type { RawEnvironment } from "./raw.ts";
import { derive } from "./source.ts";

/** An environment of the inventory in `directory`. */
export function buildEnvironment(raw: RawEnvironment, directory: string): Environment {
  return derive<Environment>({ ...raw, addresses: raw.addresses ?? {}, ssh: buildSsh(raw.ssh, directory) }, raw);
}

/** How to log in, with absolute paths: `~/` is the home folder, other relative paths start at the inventory's folder. */
function buildSsh(raw: RawEnvironment["ssh"], directory: string): Environment["ssh"] {
  const absolute = (file: string): string =>
    file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : path.resolve(directory, file);
  return derive(
    {
      user: raw.user,
      port: raw.port ?? 22,
      ...(raw.identityFile !== undefined && { identityFile: absolute(raw.identityFile) }),
      ...(raw.knownHostsFile !== undefined && { knownHostsFile: absolute(raw.knownHostsFile) }),
    },
    raw,
  );
}
