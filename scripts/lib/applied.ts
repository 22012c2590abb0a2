/** The inventory that an environment was last brought up from: what a change is held against before it is made. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { changeLines, provinceAgainst, topologyChange, type TopologyChange } from "../../audit/topology/index.ts";
import { Failure } from "../../inventory/failure.ts";
import { FILES } from "../../inventory/files.ts";
import type { Selection } from "./province.ts";

const files = FILES.map((name) => `${name}.yaml`);

function directoryOf({ province, environment }: Selection): string {
  return join(province.directory, ".egov", "applied", environment.name);
}

/** Keeps a copy of the inventory's files as they are now. */
export function rememberApplied(selection: Selection): void {
  const directory = directoryOf(selection);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const file of files) {
    const source = join(selection.province.directory, file);
    if (existsSync(source)) copyFileSync(source, join(directory, file));
  }
}

export function forgetApplied(selection: Selection): void {
  rmSync(directoryOf(selection), { recursive: true, force: true });
}

/**
 * What the inventory as it is now does to the verdicts of the topology audit. Undefined when nothing was brought up yet, when
 * nothing has changed since, or when what was brought up is of a form that is not read any more.
 */
export async function changeSinceApplied(selection: Selection): Promise<TopologyChange | undefined> {
  const directory = directoryOf(selection);
  if (!existsSync(directory) || files.every((file) => content(directory, file) === content(selection.province.directory, file))) return undefined;
  try {
    return await topologyChange(provinceAgainst(selection.province.directory, directory), selection.province);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** The change in words; nothing when there is none. */
export function auditLines(change: TopologyChange | undefined): string[] {
  const lines = change === undefined ? [] : changeLines(change, "en");
  return lines.length === 0 ? [] : ["audit: what this does to the network", ...lines];
}

function content(directory: string, file: string): string | undefined {
  const path = join(directory, file);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
