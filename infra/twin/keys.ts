/** SSH keys of a twin's own making: one for the operator, one for each host, and a file that knows all hosts. */
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ssh2 from "ssh2";
import type { TwinPaths } from "./names.ts";

/** The operator's public key, made with its private one when the twin has none yet. */
export async function operatorKey(paths: TwinPaths, twin: string): Promise<string> {
  await mkdir(dirname(paths.identityFile), { recursive: true, mode: 0o700 });
  return keyAt(paths.identityFile, `operator@${twin}`);
}

/** A host's public key, in its disk at `disk`. A host that is booted again keeps it. */
export async function hostKey(disk: string, host: string): Promise<string> {
  const folder = join(disk, "etc/ssh");
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return keyAt(join(folder, "ssh_host_ed25519_key"), `root@${host}`);
}

/** Writes the file that knows all hosts: `keys` by address. */
export async function writeKnownHosts(paths: TwinPaths, keys: ReadonlyMap<string, string>): Promise<void> {
  const lines = [...keys].map(([address, key]) => `${address} ${key.split(" ").slice(0, 2).join(" ")}\n`);
  await writeFile(paths.knownHostsFile, lines.join(""), { mode: 0o600 });
}

async function keyAt(path: string, comment: string): Promise<string> {
  if (existsSync(`${path}.pub`)) return (await readFile(`${path}.pub`, "utf8")).trim();
  const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
  await writeFile(path, pair.private, { mode: 0o600 });
  await chmod(path, 0o600);
  await writeFile(`${path}.pub`, `${pair.public}\n`, { mode: 0o644 });
  return pair.public;
}
