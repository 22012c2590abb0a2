import { readFileSync } from "node:fs";

/** A script for a host: its parts one after the other, then the call of its main function. */
function script(main: string, ...parts: string[]): Buffer {
  const texts = parts.map((part) => readFileSync(new URL(`remote/${part}.sh`, import.meta.url), "utf8"));
  // Comments are for us; the host need not read them.
  const code = texts.join("").split("\n").filter((line) => !/^\s*(#|$)/.test(line)).join("\n");
  return Buffer.from(`${code}\n${main} "$@"\n`);
}

const APPLY = script("apply", "common", "units", "files", "packages", "compare", "services", "revert", "arm", "apply");
/** What takes an armed change back when nobody confirms it; it stands in the change's work folder on the host. */
export const GUARD = script("guard", "common", "units", "files", "services", "revert");
const READ = script("read_back", "common", "units", "read");

export interface RemoteCall {
  readonly command: string;
  readonly input: Buffer;
}

/** The one command of a change: everything goes by standard input, so that no argument or process list shows it. */
export function applyCall(plan: string, archive: Buffer): RemoteCall {
  return call(APPLY, Buffer.from(plan), archive);
}

/** The one command of a reading. */
export function readCall(plan: string): RemoteCall {
  return call(READ, Buffer.from(plan));
}

function call(...parts: Buffer[]): RemoteCall {
  const lengths = parts.map((part) => part.length).join(" ");
  return { command: `sh -c 'umask 077; eval "$(head -c "$1")"' egov ${lengths}`, input: Buffer.concat(parts) };
}
