import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../inventory/failure.ts";
import { type KnownKey, knownKeys } from "../host/known-hosts.ts";
import type { Endpoint, Settings } from "./model.ts";

/** What a server has to show: one of `keys`, which `source` names; undefined keys: anything. */
export interface ExpectedKeys {
  readonly keys: readonly KnownKey[] | undefined;
  readonly source: string;
}

/**
 * A public key as OpenSSH writes it: `ssh-ed25519 AAAA… comment`. Undefined when the text is something else, or when the
 * type and what is encoded do not agree.
 */
export function parsePublicKey(text: string): KnownKey | undefined {
  const [type = "", encoded = ""] = text.trim().split(/\s+/);
  const key = Buffer.from(encoded, "base64");
  const inner = key.length > 4 ? key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1") : "";
  return type !== "" && inner === type ? { type, key, revoked: false } : undefined;
}

/**
 * The keys that a server may show: its `hostKey`, else what the known hosts have.
 * @throws Failure when there is none, unless the settings say that any will do.
 */
export function expectedKeys(endpoint: Endpoint, settings: Settings): ExpectedKeys {
  if (endpoint.hostKey !== undefined) {
    const key = parsePublicKey(endpoint.hostKey);
    if (key === undefined) {
      throw new Failure("hostKey is no public key", { advice: "write it as ssh-keyscan prints it, without the name: ssh-ed25519 AAAA…" });
    }
    return { keys: [key], source: "hostKey" };
  }
  if (settings.insecureIgnoreHostKey) {
    return { keys: undefined, source: "" };
  }
  const own = join(homedir(), ".ssh", "known_hosts");
  const file = settings.knownHostsFile ?? own;
  const port = endpoint.port ?? 22;
  const keys = file === own && !existsSync(own) ? [] : knownKeys(file, endpoint.host, port);
  if (keys.length === 0) {
    throw new Failure(`its host key is not known: the connection has no hostKey and ${file} does not have it`, {
      advice: `compare its key with ssh-keyscan -p ${port} ${endpoint.host}, then give it as hostKey or add it to the file`,
    });
  }
  return { keys, source: file };
}
