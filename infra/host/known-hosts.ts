import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { Failure } from "../../inventory/failure.ts";

/** One key of a host as an OpenSSH known_hosts file has it. */
export interface KnownKey {
  /** `ssh-ed25519`, … */
  readonly type: string;
  readonly key: Buffer;
  readonly revoked: boolean;
}

/**
 * The keys that a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") has for a host: plain and hashed names,
 * `[name]:port`, `@revoked`. Patterns and certificate authorities are not used here.
 * @throws Failure when the file cannot be read.
 */
export function knownKeys(file: string, address: string, port: number): KnownKey[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`the known hosts ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const name = port === 22 ? address : `[${address}]:${port}`;
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const [names, type, key] = fields;
    if (names === undefined || type === undefined || key === undefined || names.startsWith("#") || marker === "@cert-authority") {
      return [];
    }
    return names.split(",").some((known) => matches(known, name))
      ? [{ type, key: Buffer.from(key, "base64"), revoked: marker === "@revoked" }]
      : [];
  });
}

function matches(known: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(known);
  if (hashed === null) {
    return known === name;
  }
  return createHmac("sha1", Buffer.from(hashed[1] ?? "", "base64")).update(name).digest("base64") === hashed[2];
}
