/** Environments: management networks that are big enough, meet nothing else, and give every host an address of its own. */
import { formatPrefix, nthAddress, overlaps, prefixOf, size } from "../address.ts";
import { highestManagementNumber, isInside, managementIndex } from "../plan.ts";
import type { Report } from "../problem.ts";
import type { PoolName, Raw, RawEnvironment } from "../raw.ts";
import { sourceOf } from "../source.ts";

/** What an environment of real hosts must say, since nobody makes it for them. */
const KEY_FILES = {
  identityFile: "add the private key to log in with",
  knownHostsFile: "add a file with the hosts' keys, to tell them from others",
} as const;

export function checkEnvironments(raw: Raw, report: Report): void {
  raw.environments.forEach((environment, i) => {
    const at = sourceOf(environment, "managementPrefix");
    const prefix = prefixOf(environment.managementPrefix);
    for (const [pool, subnets] of Object.entries(raw.addressing?.pools ?? {}) as [PoolName, { ipv4: string }][]) {
      if (!overlaps(prefix, prefixOf(subnets.ipv4))) continue;
      report.add(
        at,
        `the management prefix ${environment.managementPrefix} overlaps the pool ${pool} (${subnets.ipv4})`,
        "choose one outside all pools of addressing.yaml",
      );
    }
    for (const other of raw.environments.slice(0, i)) {
      if (!overlaps(prefix, prefixOf(other.managementPrefix))) continue;
      report.add(
        at,
        `the management prefix ${environment.managementPrefix} overlaps that of "${other.name}" (${other.managementPrefix})`,
        "choose another: both may stand at once",
      );
    }
    for (const [key, remedy] of Object.entries(KEY_FILES)) {
      if (environment.kind !== "hosts" || environment.ssh[key as keyof typeof KEY_FILES] !== undefined) continue;
      report.add(sourceOf(environment, "ssh"), `environment "${environment.name}" has hosts, but no ${key}`, remedy);
    }
    checkAddresses(raw, environment, report);
  });
}

function checkAddresses(raw: Raw, environment: RawEnvironment, report: Report): void {
  const prefix = prefixOf(environment.managementPrefix);
  const external = new Set(raw.sites.filter(({ kind }) => kind === "external").map(({ slug }) => slug));
  const reached = raw.hosts.filter((host) => environment.kind === "twin" || !external.has(host.site));
  const highest = highestManagementNumber(prefix);
  const owners = new Map<string, string>(size(prefix) > 1n ? [[nthAddress(prefix, 1), "the operator"]] : []);
  const chosen = environment.addresses ?? {};
  for (const host of reached) {
    if (chosen[host.name] !== undefined) continue;
    if (host.number > highest) {
      report.add(
        sourceOf(environment, "managementPrefix"),
        `the management prefix ${environment.managementPrefix} is too small for host number ${host.number} ("${host.name}")`,
        `${highest < 1 ? "it has no address for hosts" : `its highest is ${highest}`}; shorten the prefix length, or add ${host.name} to addresses`,
      );
    } else {
      owners.set(nthAddress(prefix, managementIndex(host.number)), `"${host.name}"`);
    }
  }
  for (const [name, address] of Object.entries(chosen)) {
    const at = sourceOf(chosen, name);
    const owner = owners.get(address);
    if (!isInside(prefix, address))
      report.add(
        at,
        `the address ${address} of "${name}" lies outside ${formatPrefix(prefix)}`,
        "choose one inside the management prefix",
      );
    else if (owner !== undefined) report.add(at, `the address ${address} of "${name}" belongs to ${owner}`, "choose another");
    owners.set(address, `"${name}"`);
  }
}
