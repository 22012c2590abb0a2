import type { CheckFailure } from "@pulumi/pulumi/provider/provider.js";
import { isUnknown } from "./inputs.ts";
import { secretNames } from "./secrets.ts";
import { sysctlFile } from "./sysctls.ts";

type Bag = Readonly<Record<string, unknown>>;

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const ROLE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Debian policy 5.6.1. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]+$/;
const OWNER = /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/;
/** systemd.unit(5), "Unit names". */
const UNIT = /^[A-Za-z0-9:_.\\@-]{1,240}\.(service|socket|target|timer|path|mount|automount|swap|slice)$/;
const SYSCTL = /^[a-z0-9_]+([./][A-Za-z0-9_:@-]+)+$/;
const SERVICE = /^[A-Za-z0-9][A-Za-z0-9@._-]*$/;
const SECRET = /^[A-Za-z][A-Za-z0-9_.-]*$/;
/** Shorter values could not be told from other text when messages and files are cleared of them. */
const SHORTEST_SECRET = 4;

/**
 * What is wrong with the inputs of a Configuration, each fault with its property; empty when nothing is. Values that
 * are not known yet are let pass: they are checked again once they are.
 */
export function validate(inputs: Bag): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string): void => void failures.push({ property, reason });

  checkPattern(refuse, "host", inputs["host"], HOST, "a host's name such as r-vinh");
  checkPattern(refuse, "role", inputs["role"], ROLE, "letters, digits, dots, dashes and underscores");
  checkConnection(refuse, inputs["connection"]);
  const secrets = bag(refuse, "secrets", inputs["secrets"]);
  for (const [name, value] of Object.entries(secrets ?? {})) {
    checkSecret(refuse, name, value);
  }
  const packages = list(refuse, "packages", inputs["packages"]);
  packages?.forEach((name, index) => checkPattern(refuse, `packages[${index}]`, name, PACKAGE, "a Debian package's name"));
  const files = bag(refuse, "files", inputs["files"]);
  for (const [path, file] of Object.entries(files ?? {})) {
    checkFile(refuse, path, file, secrets);
  }
  checkSysctls(refuse, inputs, files);
  const units = bag(refuse, "units", inputs["units"]);
  for (const [name, unit] of Object.entries(units ?? {})) {
    checkUnit(refuse, name, unit);
  }
  checkGuard(refuse, inputs["guard"]);
  checkServices(refuse, list(refuse, "services", inputs["services"]), files, units);
  return failures;
}

type Refuse = (property: string, reason: string) => void;

function checkPattern(refuse: Refuse, property: string, value: unknown, pattern: RegExp, meaning: string): void {
  if (isUnknown(value)) {
    return;
  }
  if (typeof value !== "string" || !pattern.test(value)) {
    refuse(property, `${show(value)} is not ${meaning}`);
  }
}

function checkConnection(refuse: Refuse, value: unknown): void {
  const connection = bag(refuse, "connection", value);
  if (connection === undefined) {
    return isUnknown(value) || value !== undefined ? undefined : refuse("connection", "is missing: address, port, user, identityFile, knownHostsFile");
  }
  for (const key of ["address", "user", "identityFile", "knownHostsFile"]) {
    checkPattern(refuse, `connection.${key}`, connection[key], /^\S(.*\S)?$/, "a text");
  }
  checkInteger(refuse, "connection.port", connection["port"], 1, 65535);
  if (connection["timeoutSeconds"] !== undefined) {
    checkInteger(refuse, "connection.timeoutSeconds", connection["timeoutSeconds"], 1, 600);
  }
}

function checkInteger(refuse: Refuse, property: string, value: unknown, least: number, most: number): void {
  if (!isUnknown(value) && !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most)) {
    refuse(property, `${show(value)} is not a whole number from ${least} to ${most}`);
  }
}

function checkSecret(refuse: Refuse, name: string, value: unknown): void {
  const property = `secrets[${JSON.stringify(name)}]`;
  if (!SECRET.test(name)) {
    refuse(property, "a secret's name holds letters, digits, dots, dashes and underscores, and begins with a letter");
  }
  if (typeof value !== "string") {
    refuse(property, "is not a text");
  } else if (value.length < SHORTEST_SECRET) {
    refuse(property, `is shorter than ${SHORTEST_SECRET} characters`);
  }
}

function checkFile(refuse: Refuse, path: string, value: unknown, secrets: Bag | undefined): void {
  const property = `files[${JSON.stringify(path)}]`;
  const fault = pathFault(path);
  if (fault !== undefined) {
    refuse(property, fault);
  }
  const file = bag(refuse, property, value);
  if (file === undefined) {
    return;
  }
  const { content, mode = "0644", owner = "root:root" } = file;
  checkPattern(refuse, `${property}.mode`, mode, /^[0-7]{4}$/, "a mode of four octal digits such as 0644");
  checkPattern(refuse, `${property}.owner`, owner, OWNER, "user:group such as root:root");
  if (typeof content !== "string") {
    return refuse(`${property}.content`, `${show(content)} is not a text`);
  }
  const names = secretNames(content);
  for (const name of names) {
    if (secrets !== undefined && !Object.hasOwn(secrets, name)) {
      refuse(`${property}.content`, `asks for the secret ${show(name)}, which is not in secrets`);
    }
  }
  if (names.length > 0 && typeof mode === "string" && /[4-7]$/.test(mode)) {
    refuse(`${property}.mode`, `${mode} lets everybody on the host read the secret ${show(names[0])}; 0640 does not`);
  }
}

function pathFault(path: string): string | undefined {
  if (!path.startsWith("/")) {
    return "a path begins with /";
  }
  if (path.split("/").slice(1).some((part) => part === "" || part === "." || part === "..")) {
    return "a path holds no empty part, . or .., and names a file";
  }
  if (/[\x00-\x1f\x7f]| $/.test(path)) {
    return "a path holds no control character and does not end with a space";
  }
  return Buffer.byteLength(path.slice(path.lastIndexOf("/") + 1)) > 240 ? "a file's name has at most 240 bytes" : undefined;
}

function checkSysctls(refuse: Refuse, inputs: Bag, files: Bag | undefined): void {
  const sysctls = bag(refuse, "sysctls", inputs["sysctls"]) ?? {};
  for (const [key, value] of Object.entries(sysctls)) {
    const property = `sysctls[${JSON.stringify(key)}]`;
    if (!SYSCTL.test(key)) {
      refuse(property, "a setting's name has the form net.ipv4.ip_forward");
    }
    checkPattern(refuse, property, value, /^[^\s](?:[^\n\r]*[^\s])?$/, "a setting's value on one line");
  }
  const own = typeof inputs["role"] === "string" ? sysctlFile(inputs["role"]) : "";
  if (Object.keys(sysctls).length > 0 && files !== undefined && Object.hasOwn(files, own)) {
    refuse(`files[${JSON.stringify(own)}]`, "is written from sysctls; name the file otherwise");
  }
}

function checkUnit(refuse: Refuse, name: string, value: unknown): void {
  const property = `units[${JSON.stringify(name)}]`;
  if (!UNIT.test(name)) {
    refuse(property, "a unit's name ends with its type: frr.service");
  }
  const unit = bag(refuse, property, value);
  for (const key of unit === undefined ? [] : ["enabled", "running"]) {
    if (typeof unit?.[key] !== "boolean" && !isUnknown(unit?.[key])) {
      refuse(`${property}.${key}`, `${show(unit?.[key])} is neither true nor false`);
    }
  }
}

function checkGuard(refuse: Refuse, value: unknown): void {
  const neighbours = bag(refuse, "guard", value)?.["neighbours"];
  if (neighbours === undefined || neighbours === null || isUnknown(neighbours)) {
    return;
  }
  const { probe, expected } = bag(refuse, "guard.neighbours", neighbours) ?? {};
  if (!isUnknown(probe) && (typeof probe !== "string" || probe.trim() === "" || secretNames(probe).length > 0)) {
    refuse("guard.neighbours.probe", `${show(probe)} is not a command without secrets`);
  }
  for (const [line, words] of Object.entries(bag(refuse, "guard.neighbours.expected", expected) ?? {})) {
    checkPattern(refuse, `guard.neighbours.expected[${JSON.stringify(line)}]`, words, /^[^\n]+$/, "a text on one line");
    checkPattern(refuse, "guard.neighbours.expected", line, /^\S(.*\S)?$/, "a line that the probe prints");
  }
}

function checkServices(refuse: Refuse, services: readonly unknown[] | undefined, files: Bag | undefined, units: Bag | undefined): void {
  const names = new Set<unknown>();
  services?.forEach((value, index) => {
    const property = `services[${index}]`;
    const service = bag(refuse, property, value);
    if (service === undefined) {
      return;
    }
    checkPattern(refuse, `${property}.name`, service["name"], SERVICE, "a service's name such as frr");
    if (names.has(service["name"])) {
      refuse(`${property}.name`, `${show(service["name"])} is the name of two services`);
    }
    names.add(service["name"]);
    list(refuse, `${property}.files`, service["files"])?.forEach((pattern, position) => {
      if (files !== undefined && typeof pattern === "string" && !Object.keys(files).some((path) => covers(pattern, path))) {
        refuse(`${property}.files[${position}]`, `${show(pattern)} is not in files`);
      }
    });
    const unit = service["unit"];
    if (unit !== undefined && units !== undefined && !isUnknown(unit) && !Object.hasOwn(units, String(unit))) {
      refuse(`${property}.unit`, `${show(unit)} is not in units`);
    }
    for (const key of ["check", "reload"]) {
      const command = service[key];
      if (command !== undefined && (typeof command !== "string" || command.trim() === "")) {
        refuse(`${property}.${key}`, `${show(command)} is not a command`);
      } else if (command !== undefined && secretNames(String(command)).length > 0) {
        refuse(`${property}.${key}`, "a command holds no secret: everybody on the host can read it while it runs");
      }
    }
  });
}

/** Whether a service's pattern (a path, or a folder ending in `/`) means this file. */
export function covers(pattern: string, path: string): boolean {
  return pattern.endsWith("/") ? path.startsWith(pattern) : path === pattern;
}

/** An optional table; undefined also while it is unknown or after it was refused. An absent one is empty. */
function bag(refuse: Refuse, property: string, value: unknown): Bag | undefined {
  if (isUnknown(value) || (value === undefined && property === "connection")) {
    return undefined;
  }
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    refuse(property, `${show(value)} is not a table of names and values`);
    return undefined;
  }
  return value as Bag;
}

function list(refuse: Refuse, property: string, value: unknown): readonly unknown[] | undefined {
  if (isUnknown(value)) {
    return undefined;
  }
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    refuse(property, `${show(value)} is not a list`);
    return undefined;
  }
  return value;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
}
