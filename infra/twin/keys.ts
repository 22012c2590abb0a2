/** SSH keys of a twin's own making: one for the operator, one for each host, and a file that knows all hosts. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TwinPaths } from "./names.ts";
import { run } from "./run.ts";

/** The operator's public key, made with its private one when the twin has none yet. */
export async function operatorKey(paths: TwinPaths, twin: string): Promise<string> {
  await mkdir(dirname(paths.identityFile), { recursive: true, mode: 0o700 });
  await makeKeys(new Map([[paths.identityFile, `operator@${twin}`]]));
  return publicKey(paths.identityFile);
}

/** The hosts' public keys by host, made in their disks (host → folder). A host that is booted again keeps its own. */
export async function hostKeys(disks: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const paths = new Map([...disks].map(([host, disk]) => [host, join(disk, "etc/ssh/ssh_host_ed25519_key")]));
  await makeKeys(new Map([...paths].map(([host, path]) => [path, `root@${host}`])));
  return new Map(await Promise.all([...paths].map(async ([host, path]) => [host, await publicKey(path)] as const)));
}

/** Writes the file that knows all hosts: public keys by address. */
export async function writeKnownHosts(paths: TwinPaths, keys: ReadonlyMap<string, string>): Promise<void> {
  const lines = [...keys].map(([address, key]) => `${address} ${key.split(" ").slice(0, 2).join(" ")}\n`);
  await writeFile(paths.knownHostsFile, lines.join(""), { mode: 0o600 });
}

/** Makes the key pairs (path → comment) that are not there, with one shell for all. */
async function makeKeys(wanted: ReadonlyMap<string, string>): Promise<void> {
  // The public half is written last: without it, the private one may be cut short.
  const missing = [...wanted].filter(([path]) => !existsSync(`${path}.pub`));
  for (const [path] of missing) await rm(path, { force: true });
  const script = 'while [ $# -gt 0 ]; do ssh-keygen -q -t ed25519 -N "" -C "$2" -f "$1" </dev/null; shift 2; done';
  if (missing.length > 0) await run(["sh", "-ec", script, "sh", ...missing.flat()]);
}

async function publicKey(path: string): Promise<string> {
  return (await readFile(`${path}.pub`, "utf8")).trim();
}
