import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import type { HostIntent } from "./intent.ts";

/** How a host is reached by SSH. Files are named, not held: keys stay out of state. */
export interface Connection {
  /** IP address or name. */
  readonly address: string;
  readonly port: number;
  /** `root`, or a user who may `sudo -n`. */
  readonly user: string;
  /** Private key without passphrase. */
  readonly identityFile: string;
  /** OpenSSH known_hosts; a host that is not in it is refused. */
  readonly knownHostsFile: string;
  /** How long to go on trying, since a host may be booting: 1 to 600, 60 by default. */
  readonly timeoutSeconds?: number;
}

/** What one Configuration asks for, free of Pulumi's wrappings. */
export interface ConfigurationInputs extends HostIntent {
  readonly host: string;
  /** Several roles may share a host; a file belongs to one of them. */
  readonly role: string;
  readonly connection: Connection;
  /** Name → value of every `{{secret:NAME}}` in `files`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The inputs, or after a refresh what the host really has of them, and what the last change did. */
export interface ConfigurationState extends ConfigurationInputs {
  /** `wrote /etc/frr/frr.conf`, `reloaded frr`, …: empty when the host had it all. */
  readonly applied: readonly string[];
}

type Wrapped = { [key: string]: unknown; value: unknown };

function isSecret(value: unknown): value is Wrapped {
  return typeof value === "object" && value !== null && (value as Wrapped)[specialSigKey] === specialSecretSig;
}

/** A value that will only be known once another resource is made. */
export function isUnknown(value: unknown): boolean {
  return value === unknownValue;
}

/** Whether a value still waits for another resource somewhere. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return isUnknown(value);
  }
  return Object.values(value).some(holdsUnknown);
}

/** Whether a value is marked secret somewhere. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return isSecret(value) || Object.values(value).some(holdsSecret);
}

/** A copy without the wrappings in which Pulumi's protocol hands secrets over. */
export function unwrap(value: unknown): unknown {
  if (isSecret(value)) {
    return unwrap(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(unwrap);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrap(item)]));
  }
  return value;
}

/** The same properties with `secrets` marked, as they go back to the engine, which encrypts them. */
export function wrap(inputs: ConfigurationInputs): Record<string, unknown> {
  const { secrets, ...rest } = inputs;
  return secrets === undefined ? rest : { ...rest, secrets: { [specialSigKey]: specialSecretSig, value: secrets } };
}
