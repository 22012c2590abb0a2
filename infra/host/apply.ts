import { Failure } from "../../inventory/failure.ts";
import { composeBundle } from "./bundle.ts";
import { asConfirmed, GOES_BACK, IS_BACK } from "./confirm.ts";
import type { ConfigurationInputs, Connection } from "./inputs.ts";
import type { HostService } from "./intent.ts";
import { applyCall } from "./scripts.ts";
import { conceal } from "./secrets.ts";
import { greets, type HostSession, openSession } from "./ssh.ts";
import { sysctlPath } from "./sysctls.ts";

/** How long the login that confirms a change of SSH may take. */
const LOGIN_SECONDS = 15;
/** Neighbours named in a message; further ones are only counted. */
const NEIGHBOURS_SHOWN = 6;

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
  const { host, role, connection, guard } = old;
  // Whoever loses a role may well lose the neighbours that it had by it, but not us.
  return change(session, { host, role, connection, ...(guard && { guard: {} }) }, old, true);
}

async function change(session: HostSession, wanted: ConfigurationInputs, old: ConfigurationInputs | undefined,
  forget: boolean): Promise<string[]> {
  const { plan, archive, services } = await composeBundle(asConfirmed(wanted, process.env), old, forget);
  const { command, input } = applyCall(plan, archive);
  const { code, stdout, stderr } = await session.run(command, input, async (line) =>
    line.startsWith("confirm ") ? confirmation(wanted.connection, line.endsWith(" login")) : undefined);

  const lines = stdout.toString("utf8").trimEnd().split("\n");
  const failed = lines.findIndex((line) => /^(failed|returned) /.test(line));
  if (failed >= 0) {
    const [outcome, kind = "", ...subject] = (lines[failed] ?? "").split(" ");
    const words = lines.slice(failed + 1);
    const message = outcome === "returned"
      ? explainReturn(kind, subject.join(" "), words, services, wanted)
      : explain(kind, subject.join(" "), words, services, wanted);
    throw new Failure(conceal(message, { ...old?.secrets, ...wanted.secrets }));
  }
  if (lines.at(-1) !== "ok") {
    const end = code === undefined ? "the connection was lost in the middle" : `the change ended with code ${code}`;
    const said = code === undefined ? "" : summary(stderr.split("\n"));
    const next = lines.includes("armed") ? GOES_BACK : "the next run finishes the change";
    throw new Failure(conceal(`${end}; ${next}${said === "" ? "" : `: ${said}`}`, wanted.secrets ?? {}));
  }
  return lines.filter((line) => line.startsWith("did ")).map((line) => line.slice("did ".length));
}

/** What a new connection shows; its words are the host's reason to go back unless they are "yes". */
async function confirmation(connection: Connection, login: boolean): Promise<string> {
  if (!login) return (await greets(connection)) ? "yes" : "no new connection is answered";
  try {
    const session = await openSession({ ...connection, timeoutSeconds: LOGIN_SECONDS }, AbortSignal.timeout(LOGIN_SECONDS * 1000));
    session.close();
    return "yes";
  } catch (error) {
    return `no new login: ${error instanceof Failure ? error.message : "it takes too long"}`.replaceAll(/\s*\n\s*/g, "; ");
  }
}

/** A change that the host has taken back. */
function explainReturn(kind: string, subject: string, words: readonly string[], services: readonly HostService[],
  wanted: ConfigurationInputs): string {
  const said = summary(words);
  switch (kind) {
    case "reload":
      return `${services[Number(subject)]?.name ?? "systemd"} does not take the new files, ${IS_BACK}: ${said}`;
    case "start":
      return `${subject.trim()} does not start, ${IS_BACK}: ${said}`;
    case "unconfirmed":
      return `it could not be reached after the change, ${IS_BACK}${said === "" ? "" : `: ${said}`}`;
    case "neighbours": {
      const expected = wanted.guard?.neighbours?.expected ?? {};
      const missing = words.flatMap((line) => expected[line] ?? []);
      const rest = summary(words.filter((line) => expected[line] === undefined));
      const shown = `${missing.slice(0, NEIGHBOURS_SHOWN).join(", ")}${missing.length > NEIGHBOURS_SHOWN ? ` and ${missing.length - NEIGHBOURS_SHOWN} more` : ""}`;
      return `its neighbours ${shown} are not back ${subject} s after the change; ${IS_BACK}${rest === "" ? "" : `: ${rest}`}`;
    }
    default:
      return `${explain(kind, subject, words, services, wanted)}; ${IS_BACK}`;
  }
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
