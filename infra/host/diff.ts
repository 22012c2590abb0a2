import type { ConfigurationInputs } from "./inputs.ts";
import type { HostFile } from "./intent.ts";

/** What differs between a host's state and what is wanted of it. */
export interface ConfigurationDiff {
  /** Property paths: `files["/etc/frr/frr.conf"]`, `units["frr.service"]`, `secrets["OSPF"]`, `connection`. */
  readonly changed: readonly string[];
  /** Those of them that make it another resource: `host`, `role`. */
  readonly replaces: readonly string[];
}

/**
 * Compares by meaning: an omitted mode is `0644`, the order of packages does not matter. How changes are guarded (`guard`) is
 * no state of the host: the next change brings the guard that holds then.
 */
export function compareConfigurations(old: ConfigurationInputs, wanted: ConfigurationInputs): ConfigurationDiff {
  const replaces = (["host", "role"] as const).filter((key) => old[key] !== wanted[key]);
  const changed = [
    ...replaces,
    ...(same(old.connection, wanted.connection) ? [] : ["connection"]),
    ...differingKeys("packages", Object.fromEntries((old.packages ?? []).map((name) => [name, true])),
      Object.fromEntries((wanted.packages ?? []).map((name) => [name, true]))),
    ...differingKeys("files", completed(old.files), completed(wanted.files)),
    ...differingKeys("sysctls", old.sysctls, wanted.sysctls),
    ...differingKeys("units", old.units, wanted.units),
    ...(same(old.services ?? [], wanted.services ?? []) ? [] : ["services"]),
    ...differingKeys("secrets", old.secrets, wanted.secrets),
  ];
  return { changed, replaces };
}

function completed(files: Readonly<Record<string, HostFile>> = {}): Record<string, HostFile> {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [path, completeFile(file)]));
}

/** A file with its defaults written out. */
export function completeFile(file: HostFile): Required<HostFile> {
  return { content: file.content, mode: file.mode ?? "0644", owner: file.owner ?? "root:root" };
}

function differingKeys(property: string, old: Readonly<Record<string, unknown>> = {},
  wanted: Readonly<Record<string, unknown>> = {}): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(wanted)]);
  return [...keys].filter((key) => !same(old[key], wanted[key])).sort().map((key) => `${property}[${JSON.stringify(key)}]`);
}

/** Deep equality of plain data, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item) ?? "";
}
