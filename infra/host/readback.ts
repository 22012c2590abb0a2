import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { Failure } from "../../inventory/failure.ts";
import { composeReading } from "./bundle.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import type { HostFile, HostUnit } from "./intent.ts";
import { readCall } from "./scripts.ts";
import { withoutSecrets } from "./secrets.ts";
import type { HostSession } from "./ssh.ts";
import { sysctlFile, sysctlPath, sysctlText, sysctlValue } from "./sysctls.ts";

const FILES = Buffer.from("\nfiles\n");

/**
 * What a host really has of a role: packages that are installed, files as they are, settings that hold now and after a
 * boot, units' states. What is missing is absent; what agrees is spelt as in `state`; secrets stay placeholders.
 * @returns undefined when the role is not on the host
 * @throws Failure when the host does not tell
 */
export async function readConfiguration<T extends ConfigurationInputs>(session: HostSession, state: T): Promise<T | undefined> {
  const { command, input } = readCall(composeReading(state));
  const { code, stdout, stderr } = await session.run(command, input);
  if (code !== 0) {
    throw new Failure(code === undefined ? "the connection was lost while it was read" : `it cannot be read: ${stderr.trim()}`);
  }
  const end = stdout.indexOf(FILES);
  const lines = stdout.subarray(0, end < 0 ? undefined : end).toString("utf8").trimEnd().split("\n");
  if (lines[0] === "manifest no") {
    return undefined;
  }
  const files = await readArchive(end < 0 ? Buffer.alloc(0) : stdout.subarray(end + FILES.length));
  const own = files.get(sysctlFile(state.role));
  return {
    ...state,
    ...section(state, "packages", (names) => names.filter((name) => lines.includes(`package ${name}`))),
    ...section(state, "files", (wanted) => readFiles(wanted, files, state.secrets ?? {})),
    ...section(state, "sysctls", (wanted) => readSysctls(wanted, lines, own?.content ?? "")),
    ...section(state, "units", (wanted) => readUnits(Object.keys(wanted), lines)),
  };
}

function section<K extends keyof ConfigurationInputs>(state: ConfigurationInputs, key: K,
  read: (value: NonNullable<ConfigurationInputs[K]>) => ConfigurationInputs[K]): Partial<ConfigurationInputs> {
  const value = state[key];
  return value === undefined || value === null ? {} : { [key]: read(value) };
}

type RealFile = Required<HostFile>;

async function readArchive(archive: Buffer): Promise<Map<string, RealFile>> {
  const files = new Map<string, RealFile>();
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const { name, type, linkname, mode = 0, uname = "", gname = "", uid, gid } = entry.header;
    const chunks: Buffer[] = [];
    for await (const chunk of entry) {
      chunks.push(chunk as Buffer);
    }
    files.set(name, {
      content: type === "symlink" ? `symbolic link to ${linkname}\n` : Buffer.concat(chunks).toString("utf8"),
      mode: mode.toString(8).padStart(4, "0"),
      owner: `${uname || uid}:${gname || gid}`,
    });
  }
  return files;
}

function readFiles(wanted: Readonly<Record<string, HostFile>>, files: ReadonlyMap<string, RealFile>,
  secrets: Readonly<Record<string, string>>): Record<string, HostFile> {
  return Object.fromEntries(Object.entries(wanted).flatMap(([path, file]) => {
    const real = files.get(path);
    if (real === undefined) {
      return [];
    }
    return [[path, {
      content: withoutSecrets(file.content, real.content, secrets),
      ...(file.mode === undefined && real.mode === "0644" ? {} : { mode: real.mode }),
      ...(file.owner === undefined && real.owner === "root:root" ? {} : { owner: real.owner }),
    }]];
  }));
}

/** A setting counts when it would also hold after a boot. */
function readSysctls(wanted: Readonly<Record<string, string>>, lines: readonly string[], kept: string): Record<string, string> {
  const keptLines = new Set(kept.split("\n"));
  return Object.fromEntries(Object.entries(wanted).flatMap(([key, value]) => {
    const prefix = `sysctl ${sysctlPath(key)} `;
    const real = lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
    if (real === undefined || !keptLines.has(sysctlText({ [key]: value }).trimEnd())) {
      return [];
    }
    return [[key, real === sysctlValue(value) ? value : real]];
  }));
}

function readUnits(names: readonly string[], lines: readonly string[]): Record<string, HostUnit> {
  return Object.fromEntries(names.flatMap((name) => {
    const found = lines.map((line) => /^unit ([01]) ([01]) (.*)$/.exec(line)).find((match) => match?.[3] === name);
    return found ? [[name, { enabled: found[2] === "1", running: found[1] === "1" }]] : [];
  }));
}
