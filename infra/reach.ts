import { homedir } from "node:os";
import { resolve } from "node:path";
import { Failure } from "../inventory/failure.ts";
import type { Environment, Host, Province } from "../inventory/model.ts";
import { managementAddress } from "../inventory/reach.ts";
import type { Connection } from "./host/inputs.ts";
import { twinConnection } from "./twin/names.ts";

/**
 * How a host is reached by SSH in an environment: a twin by the keys that it made for itself, real hosts by the files that the
 * environment names (absolute, from the home folder with `~/`, or relative to the inventory's folder).
 * @throws Failure when an environment of real hosts does not name both files.
 */
export function connectionOf(province: Province, environment: Environment, host: Host): Connection {
  if (environment.kind === "twin") return twinConnection(province, environment, host);
  const { user, port, identityFile, knownHostsFile } = environment.ssh;
  if (identityFile === undefined || knownHostsFile === undefined) {
    throw new Failure(`the environment '${environment.name}' does not say by which ${identityFile === undefined ? "key" : "known hosts"} its hosts are reached`, {
      advice: "Give its ssh an identityFile and a knownHostsFile in environments.yaml.",
    });
  }
  const at = (file: string) => (file.startsWith("~/") ? resolve(homedir(), file.slice(2)) : resolve(province.directory, file));
  return { address: managementAddress(environment, host), port, user, identityFile: at(identityFile), knownHostsFile: at(knownHostsFile) };
}
