import type { CheckFailure } from "@pulumi/pulumi/provider/provider.js";
import { isUnknown, unwrap } from "../host/inputs.ts";
import { isArchive, isAsset } from "./assets.ts";
import { parsePublicKey } from "./hostKeys.ts";
import type { Properties } from "./secrets.ts";

type Shape = (value: unknown) => string | undefined;
type Shapes = Readonly<Record<string, { readonly shape: Shape; readonly required?: true }>>;

const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];

const text: Shape = (value) => (typeof value !== "string" ? "is no text" : value.includes("\0") ? "holds a NUL, which no process takes" : undefined);
const anyText: Shape = (value) => (typeof value === "string" ? undefined : "is no text");
const flag: Shape = (value) => (typeof value === "boolean" ? undefined : "is neither true nor false");
const list: Shape = (value) => (Array.isArray(value) ? undefined : "is no list");
const texts: Shape = (value) => (Array.isArray(value) && value.every((one) => isUnknown(one) || text(one) === undefined) ? undefined : "is no list of texts");
const logging: Shape = (value) => (LOGGING.includes(value as string) ? undefined : `is none of ${LOGGING.join(", ")}`);
const whole = (least: number, most: number): Shape => (value) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? undefined : `is no whole number from ${least} to ${most}`;
const source: Shape = (value) => (isAsset(value) || isArchive(value) ? undefined : "is neither an asset nor an archive");
const hostKey: Shape = (value) => (typeof value === "string" && parsePublicKey(value) !== undefined ? undefined : "is no public key as ssh-keyscan prints it: ssh-ed25519 AAAA…");
const nonEmpty: Shape = (value) => text(value) ?? (value === "" ? "is empty" : undefined);

/** Remotely a shell sets the variables, and it has a narrower idea of a name. */
const variables = (name: RegExp): Shape => (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "is no map of texts";
  }
  for (const [key, member] of Object.entries(value)) {
    if (!name.test(key)) {
      return `has "${key}", which is no name of a variable`;
    }
    const wrong = isUnknown(member) ? undefined : text(member);
    if (wrong !== undefined) {
      return `has ${key}, which ${wrong}`;
    }
  }
  return undefined;
};

const endpoint: Shapes = {
  host: { shape: nonEmpty, required: true },
  port: { shape: whole(1, 65535) },
  user: { shape: nonEmpty },
  password: { shape: anyText },
  privateKey: { shape: nonEmpty },
  privateKeyPassword: { shape: anyText },
  agentSocketPath: { shape: nonEmpty },
  hostKey: { shape: hostKey },
  dialErrorLimit: { shape: whole(-1, 100_000) },
  perDialTimeout: { shape: whole(0, 86_400) },
};
const connection: Shapes = { ...endpoint, proxy: { shape: (value) => firstFault(value, endpoint) } };

const command: Shapes = {
  create: { shape: text }, update: { shape: text }, delete: { shape: text },
  stdin: { shape: anyText }, addPreviousOutputInEnv: { shape: flag }, logging: { shape: logging }, triggers: { shape: list },
};
const remote: Shapes = { connection: { shape: (value) => firstFault(value, connection), required: true } };
const local: Shapes = {
  interpreter: { shape: texts }, dir: { shape: nonEmpty }, environment: { shape: variables(/^[^=\0]+$/) },
  assetPaths: { shape: texts }, archivePaths: { shape: texts },
};

/** Inputs of each resource and function, as @pulumi/command 1.2.1 has them. */
const INPUTS: Readonly<Record<string, Shapes>> = {
  "command:local:Command": { ...command, ...local },
  "command:remote:Command": { ...command, ...remote, environment: { shape: variables(/^[A-Za-z_][A-Za-z0-9_]*$/) } },
  "command:remote:CopyToRemote": {
    ...remote, triggers: { shape: list }, remotePath: { shape: nonEmpty, required: true }, source: { shape: source, required: true },
  },
  "command:remote:CopyFile": {
    ...remote, triggers: { shape: list }, remotePath: { shape: nonEmpty, required: true }, localPath: { shape: nonEmpty, required: true },
  },
  "command:local:run": {
    ...local, command: { shape: text, required: true }, stdin: { shape: anyText }, addPreviousOutputInEnv: { shape: flag }, logging: { shape: logging },
  },
};

/** Names of a type's inputs; undefined for a type that there is not. */
export function inputNames(type: string): readonly string[] | undefined {
  const shapes = INPUTS[type];
  return shapes && Object.keys(shapes);
}

/** Everything that is wrong with the inputs of a resource or function. Values that are not known yet are right. */
export function validate(type: string, inputs: Properties): CheckFailure[] {
  return faults(unwrap(inputs) as Properties, INPUTS[type] ?? {});
}

function faults(values: Properties, shapes: Shapes): CheckFailure[] {
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(shapes, name)).map((property) => ({ property, reason: "is no input of it" }));
  const wrong = Object.entries(shapes).flatMap(([property, { shape, required }]) => {
    const value = values[property];
    if (value === undefined || value === null) {
      return required === true ? [{ property, reason: "is missing" }] : [];
    }
    const reason = isUnknown(value) ? undefined : shape(value);
    return reason === undefined ? [] : [{ property, reason }];
  });
  return [...unknown, ...wrong];
}

function firstFault(value: unknown, shapes: Shapes): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "is no map";
  }
  const [fault] = faults(value as Properties, shapes);
  return fault === undefined ? undefined : `has ${fault.property}, which ${fault.reason}`;
}
