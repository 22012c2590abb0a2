import { createHash } from "node:crypto";
import { pack } from "tar-stream";
import { completeFile } from "./diff.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import type { HostFile, HostService } from "./intent.ts";
import { decidesLogin, decidesReach } from "./reach.ts";
import { GUARD } from "./scripts.ts";
import { reveal } from "./secrets.ts";
import { sysctlFile, sysctlPath, sysctlText, sysctlValue } from "./sysctls.ts";
import { covers } from "./validate.ts";

/** What goes to a host for one change: a plan without secrets, and an archive that may hold them. */
export interface Bundle {
  readonly plan: string;
  readonly archive: Buffer;
  /** Services by the index that the plan gives them. */
  readonly services: readonly HostService[];
}

/**
 * Composes the change from `old` (the last known state, if any) to `wanted`. `forget` takes the role off the host:
 * `wanted` then is the role without any intent.
 */
export async function composeBundle(wanted: ConfigurationInputs, old?: ConfigurationInputs, forget = false): Promise<Bundle> {
  const staying = wanted.services ?? [];
  const services = [...staying, ...partingServices(wanted, old)];
  const files = allFiles(wanted);
  const risky = [...new Set([...Object.keys(files), ...Object.keys(old?.files ?? {})])].filter(decidesReach);
  const contents = new Map(Object.entries(files).map(([path, file]) =>
    [path, Buffer.from(reveal(file.content, wanted.secrets ?? {}), "utf8")]));
  const sha256 = new Map(Array.from(contents, ([path, content]) =>
    [path, createHash("sha256").update(content).digest("hex")]));

  const plan = [
    `role ${wanted.role}`,
    ...(forget ? ["forget"] : []),
    ...(wanted.guard === undefined ? [] : ["guard"]),
    ...Object.keys(wanted.guard?.neighbours?.expected ?? {}).map((line) => `neighbour ${line}`),
    ...(wanted.packages ?? []).map((name) => `package ${name}`),
    ...services.map((service, index) =>
      `${index < staying.length ? "service" : "parting"} ${index} ${service.unit ?? "-"} ${service.name}`),
    ...Object.entries(files).map(([path, file]) =>
      `file ${concerned(services, path)} ${sha256.get(path)} ${file.mode} ${file.owner} ${path}`),
    ...Object.keys(old === undefined ? {} : allFiles(old)).filter((path) => !Object.hasOwn(files, path)).map((path) =>
      `left ${concernedByName(services, old?.services ?? [], path)} ${path}`),
    ...risky.map((path) => `${decidesLogin(path) ? "login" : "risky"} ${path}`),
    ...wantedSettings(wanted),
    "end",
  ];

  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (const [path, file] of Object.entries(files)) {
    const [uname, gname] = file.owner.split(":");
    archive.entry({ name: `stage${path}`, mode: Number.parseInt(file.mode, 8), uname, gname }, contents.get(path));
  }
  services.forEach((service, index) => {
    for (const key of ["check", "reload"] as const) {
      if (service[key] !== undefined) {
        archive.entry({ name: `commands/${index}.${key}`, mode: 0o600 }, service[key]);
      }
    }
  });
  if (wanted.guard !== undefined || risky.length > 0) {
    archive.entry({ name: "revert", mode: 0o600 }, GUARD);
  }
  if (wanted.guard?.neighbours !== undefined) {
    archive.entry({ name: "commands/neighbours", mode: 0o600 }, wanted.guard.neighbours.probe);
  }
  archive.entry({ name: "manifest", mode: 0o600 }, `${JSON.stringify(manifest(wanted, files, sha256), null, 1)}\n`);
  archive.finalize();
  await new Promise((resolve, reject) => archive.on("end", resolve).on("error", reject));
  return { plan: `${plan.join("\n")}\n`, archive: Buffer.concat(chunks), services };
}

/** The plan of a reading: what to look at. */
export function composeReading(state: ConfigurationInputs): string {
  return `${[
    `role ${state.role}`,
    ...(state.packages ?? []).map((name) => `package ${name}`),
    ...Object.keys(allFiles(state)).map((path) => `file - - - - ${path}`),
    ...wantedSettings(state),
    "end",
  ].join("\n")}\n`;
}

function wantedSettings(wanted: ConfigurationInputs): string[] {
  return [
    ...Object.entries(wanted.sysctls ?? {}).map(([key, value]) => `sysctl ${sysctlPath(key)} ${sysctlValue(value)}`),
    ...Object.entries(wanted.units ?? {}).map(([name, unit]) => `unit ${Number(unit.running)} ${Number(unit.enabled)} ${name}`),
  ];
}

/** The files of an intent and the one that keeps its sysctls over a reboot, sorted by path. */
function allFiles(inputs: ConfigurationInputs): Record<string, Required<HostFile>> {
  const own: Record<string, HostFile> = Object.keys(inputs.sysctls ?? {}).length === 0 ? {}
    : { [sysctlFile(inputs.role)]: { content: sysctlText(inputs.sysctls ?? {}) } };
  const sorted = Object.entries({ ...inputs.files, ...own }).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([path, file]) => [path, completeFile(file)]));
}

/** Services that the new intent has no more: told once that their files are gone, but with nothing to check. */
function partingServices(wanted: ConfigurationInputs, old: ConfigurationInputs | undefined): HostService[] {
  const names = new Set((wanted.services ?? []).map((service) => service.name));
  return (old?.services ?? []).filter((service) => !names.has(service.name)).map(({ check: _, ...service }) => service);
}

function concerned(services: readonly HostService[], path: string): string {
  return services.flatMap((service, index) => (service.files.some((pattern) => covers(pattern, path)) ? [index] : [])).join(",") || "-";
}

function concernedByName(services: readonly HostService[], old: readonly HostService[], path: string): string {
  const names = new Set(old.filter((service) => service.files.some((pattern) => covers(pattern, path))).map((service) => service.name));
  return services.flatMap((service, index) => (names.has(service.name) ? [index] : [])).join(",") || "-";
}

function manifest(wanted: ConfigurationInputs, files: Record<string, Required<HostFile>>, sha256: Map<string, string>): object {
  return {
    version: 1,
    host: wanted.host,
    role: wanted.role,
    packages: wanted.packages ?? [],
    files: Object.fromEntries(Object.entries(files).map(([path, { mode, owner }]) => [path, { sha256: sha256.get(path), mode, owner }])),
    sysctls: wanted.sysctls ?? {},
    units: wanted.units ?? {},
    services: (wanted.services ?? []).map((service) => service.name),
  };
}
