import { createHash } from "node:crypto";
import { Failure } from "../../inventory/failure.ts";
import type { Crypter } from "./crypter.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Properties, Value } from "./types.ts";
import { isMap, isSecret, secretSignature, signatureKey } from "./values.ts";

/** The version of Pulumi whose state format this is. */
export const pulumiVersion = "3.270.0";
export const stateVersion = 3;

export type PendingType = "creating" | "updating" | "deleting" | "reading" | "importing";

/** Something that was begun with a resource and of which nobody knows the end. */
export interface PendingOperation {
  /** As it would be. The id of one that is being created stands only where its provider told it before. */
  readonly resource: ResourceState;
  readonly type: PendingType;
  /** What the provider made the resource's name up from, base64. This engine's own; the Pulumi CLI drops it. */
  readonly randomSeed?: string;
}

/** A stack's state as it lies on disk, secrets still encrypted. */
export interface Deployment {
  /** `time`: ISO 8601, when it was written. */
  readonly manifest?: { readonly time?: string };
  readonly secrets_providers?: { readonly type: string; readonly state?: { readonly salt?: string } };
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly PendingOperation[] | undefined;
  readonly metadata?: unknown;
}

/** Reads a checkpoint file's text. Throws a Failure when it is not one, or of another version. */
export function parseCheckpoint(text: string, path: string): Deployment {
  let file: { version?: number; checkpoint?: { latest?: Deployment } };
  try {
    file = JSON.parse(text) as typeof file;
  } catch {
    throw new Failure(`${path}: is not JSON`, { advice: `the state before the last update is ${path}.bak` });
  }
  if (file.version !== stateVersion) {
    throw new Failure(`${path}: is a state of version ${file.version ?? "none"}; this engine knows version ${stateVersion}`, {
      advice: "use the Pulumi CLI that wrote it, or a newer version of this engine",
    });
  }
  const latest = file.checkpoint?.latest ?? {};
  checkSecretsProvider(latest, path);
  return latest;
}

/** Throws a Failure when the secrets are not kept by a passphrase. */
export function checkSecretsProvider({ secrets_providers: secrets }: Deployment, where: string): void {
  if (secrets === undefined || secrets.type === "" || secrets.type === "passphrase") return;
  throw new Failure(`${where}: its secrets are kept by "${secrets.type}"; this engine knows "passphrase" only`);
}

/** What stands in a checkpoint beside its resources. */
export interface CheckpointFrame {
  readonly stack: string;
  readonly project: string;
  readonly salt: string;
  /** Serialized already. */
  readonly pending: readonly string[];
  readonly metadata: unknown;
}

/** The whole checkpoint file's text, piece by piece, from resources' texts. */
export function* formatCheckpoint(frame: CheckpointFrame, resources: Iterable<string>): Generator<string> {
  const latest = {
    manifest: {
      time: new Date().toISOString(),
      magic: createHash("sha256").update(`v${pulumiVersion}`).digest("hex"),
      version: `v${pulumiVersion}`,
    },
    secrets_providers: { type: "passphrase", state: { salt: frame.salt } },
    resources: "@resources",
    ...(frame.pending.length === 0 ? {} : { pending_operations: "@pending" }),
    metadata: frame.metadata ?? {},
  };
  const text = JSON.stringify({ version: stateVersion, checkpoint: { stack: `organization/${frame.project}/${frame.stack}`, latest } }, null, 4);
  const [head, rest] = cut(text, '"@resources"');
  yield head;
  yield* formatList(resources);
  if (frame.pending.length === 0) {
    yield `${rest}\n`;
    return;
  }
  const [middle, end] = cut(rest, '"@pending"');
  yield middle;
  yield* formatList(frame.pending);
  yield `${end}\n`;
}

/** What stands before and after the first `mark`. */
function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function* formatList(texts: Iterable<string>): Generator<string> {
  let separator = "[\n";
  for (const text of texts) {
    yield `${separator}${text.replaceAll(/^/gm, " ".repeat(16))}`;
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]" : `\n${" ".repeat(12)}]`;
}

/** A checkpoint file's text around a deployment, which stays as it is. */
export function wrapDeployment(stack: string, project: string, latest: object): string {
  return `${JSON.stringify({ version: stateVersion, checkpoint: { stack: `organization/${project}/${stack}`, latest } }, null, 4)}\n`;
}

/**
 * Turns resources into their text on disk and back. A secret that did not change keeps its ciphertext, so that a state
 * changes only where the stack does.
 */
export class StateCodec {
  readonly #crypter: Crypter;
  /** Place of a secret (resource and path) → its plaintext and ciphertext. */
  readonly #ciphertexts = new Map<string, { plaintext: string; ciphertext: string }>();

  constructor(crypter: Crypter) {
    this.#crypter = crypter;
  }

  /** `reader` opens the secrets where another salt than this codec's sealed them. */
  decode(state: ResourceState, reader: Crypter = this.#crypter): ResourceState {
    const open = (value: Value, place: string): Value => {
      if (Array.isArray(value)) return value.map((element: Value, index) => open(element, `${place}/${index}`));
      if (!isMap(value)) return value;
      if (isSecret(value)) {
        const ciphertext = value["ciphertext"];
        if (typeof ciphertext !== "string") throw new Failure(`the state's secret at ${place} has no ciphertext`);
        const plaintext = reader.decrypt(ciphertext);
        if (reader === this.#crypter) this.#ciphertexts.set(place, { plaintext, ciphertext });
        return { [signatureKey]: secretSignature, value: JSON.parse(plaintext) as Value };
      }
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, open(member, `${place}/${key}`)]));
    };
    const place = placeOf(state);
    return { ...state, inputs: open(state.inputs ?? {}, `${place}/inputs`) as Properties, outputs: open(state.outputs ?? {}, `${place}/outputs`) as Properties };
  }

  /** The resource's text, secrets encrypted: on one line, or indented for the checkpoint. */
  encode(state: ResourceState, indentation?: number): string {
    return JSON.stringify(this.#sealed(state), fieldOrder, indentation);
  }

  /** The same of an operation that is not known to have ended. */
  encodePending(operation: PendingOperation, indentation?: number): string {
    return JSON.stringify({ ...operation, resource: this.#sealed(operation.resource) }, fieldOrder, indentation);
  }

  #sealed(state: ResourceState): ResourceState {
    const place = placeOf(state);
    return { ...state, inputs: this.#seal(state.inputs, `${place}/inputs`) as Properties, outputs: this.#seal(state.outputs, `${place}/outputs`) as Properties };
  }

  #seal(value: Value, place: string): Value {
    if (Array.isArray(value)) return value.map((element: Value, index) => this.#seal(element, `${place}/${index}`));
    if (!isMap(value)) return value;
    if (isSecret(value)) {
      const plaintext = JSON.stringify(value["value"] ?? null);
      let known = this.#ciphertexts.get(place);
      if (known?.plaintext !== plaintext) {
        known = { plaintext, ciphertext: this.#crypter.encrypt(plaintext) };
        this.#ciphertexts.set(place, known);
      }
      return { [signatureKey]: secretSignature, ciphertext: known.ciphertext };
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.#seal(member, `${place}/${key}`)]));
  }
}

function placeOf(state: ResourceState): string {
  return `${state.urn}#${state.id ?? ""}`;
}

/** Sorts the keys of maps, so that equal resources have equal texts. */
function fieldOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
