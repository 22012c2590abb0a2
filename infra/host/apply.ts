import { Failure } from "../../inventory/failure.ts";
import { composeBundle } from "./bundle.ts";
import type { ConfigurationInputs } from "./inputs.ts";
import type { HostService } from "./intent.ts";
import { applyCall } from "./scripts.ts";
import { conceal } from "./secrets.ts";
import { greets, type HostSession } from "./ssh.ts";
import { sysctlPath } from "./sysctls.ts";

/**
 * Brings a host to what is wanted, or leaves it as it was. Safe to repeat, also after a run that was interrupted.
 * @param old the last known state: tells whom to tell of files that are no longer wanted
 * @returns what was done, in words, in order; nothing when the host had it all
 * @throws Failure in one line, free of secrets
 */
export async function applyConfiguration(session: HostSession, wanted: ConfigurationInputs, old?: ConfigurationInputs): Promise<string[]> {
  return change(session, wanted, old, false);
}

/**
 * Takes a role off a host: its files go, what was there before comes back, units return to the state they had.
 * Packages stay, since other things may have come to need them.
 * @throws Failure as `applyConfiguration` does
 */
export async function removeConfiguration(session: HostSession, old: ConfigurationInputs): Promise<string[]> {
  const { host, role, connection } = old;
  return change(session, { host, role, connection }, old, true);
}

async function change(session: HostSession, wanted: ConfigurationInputs, old: ConfigurationInputs | undefined,
  forget: boolean): Promise<string[]> {
  const { plan, archive, services } = await composeBundle(wanted, old, forget);
  const { command, input } = applyCall(plan, archive);
  const { code, stdout, stderr } = await session.run(command, input, async (line) =>
    line === "confirm" ? ((await greets(wanted.connection)) ? "yes" : "no new connection is answered") : undefined);

  const lines = stdout.toString("utf8").trimEnd().split("\n");
  const failed = lines.findIndex((line) => line.startsWith("failed "));
  if (failed >= 0) {
    const [, kind = "", ...subject] = (lines[failed] ?? "").split(" ");
    const message = explain(kind, subject.join(" "), lines.slice(failed + 1), services, wanted);
    throw new Failure(conceal(message, { ...old?.secrets, ...wanted.secrets }));
  }
  if (lines.at(-1) !== "ok") {
    throw new Failure(code === undefined
      ? "the connection was lost in the middle; the next run finishes the change"
      : conceal(`the change ended with code ${code}: ${summary(stderr.split("\n"))}`, wanted.secrets ?? {}));
  }
  return lines.filter((line) => line.startsWith("did ")).map((line) => line.slice("did ".length));
}

/** The failure's kind and subject as apply.sh names them, in words. */
function explain(kind: string, subject: string, words: readonly string[], services: readonly HostService[],
  wanted: ConfigurationInputs): string {
  const stage = `/var/lib/egov/work/${wanted.role}/stage`;
  const said = summary(words.map((line) => line.replaceAll(stage, "")));
  const service = services[Number(subject)];
  switch (kind) {
    case "check":
      return `${checker(service)} refuses ${filesOf(service, wanted)}: ${said}`;
    case "reload":
      return `${service?.name ?? "systemd"} does not take the new files, the old ones are back: ${said}`;
    case "start":
      return `${subject.trim()} does not start, everything is back as it was: ${said}`;
    case "unconfirmed":
      return `it could not be reached after the change, everything is back as it was${said === "" ? "" : `: ${said}`}`;
    case "packages":
      return `the packages ${subject.trim()} cannot be installed: ${said}`;
    case "owner":
      return `${subject}: the host has no such user or group as ${said.replace(/^\d{4} /, "")}`;
    case "conflict":
      return `${subject} belongs to the role ${said} already`;
    case "sysctl":
      return `the setting ${settingName(subject, wanted)}: ${said}`;
    case "transfer":
      return `the files did not arrive whole: ${said}`;
    default:
      return `cannot ${kind} ${subject.trim()}: ${said}`;
  }
}

/** The program that checks, when the command begins with one; else the service. */
function checker(service: HostService | undefined): string {
  const first = /^[\w./-]+/.exec(service?.check ?? "")?.[0] ?? "";
  const isShell = ["", "if", "for", "while", "case", "cd", "set", "test", "export", "sh", "bash", "env"].includes(first);
  return isShell ? (service?.name ?? "a check") : (first.split("/").at(-1) ?? first);
}

/** The files that the check names, else those of the service: three of them at most. */
function filesOf(service: HostService | undefined, wanted: ConfigurationInputs): string {
  const paths = Object.keys(wanted.files ?? {}).filter((path) =>
    service?.files.some((pattern) => (pattern.endsWith("/") ? path.startsWith(pattern) : path === pattern)));
  const named = paths.filter((path) => service?.check?.includes(path));
  const shown = named.length > 0 ? named : paths;
  return shown.slice(0, 3).join(", ") + (shown.length > 3 ? ` and ${shown.length - 3} more` : "");
}

function settingName(path: string, wanted: ConfigurationInputs): string {
  return Object.keys(wanted.sysctls ?? {}).find((key) => sysctlPath(key) === path) ?? path;
}

/** Words of several lines in one, at most 500 characters. */
function summary(lines: readonly string[]): string {
  const text = lines.map((line) => line.trim()).filter((line) => line !== "").join("; ");
  return text.length > 500 ? `${text.slice(0, 500)} …` : text;
}
