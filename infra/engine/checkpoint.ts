import { createHash } from "node:crypto";
import { Failure } from "../../inventory/failure.ts";
import type { Crypter } from "./crypter.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Properties, Value } from "./types.ts";
import { isMap, isSecret, secretSignature, signatureKey } from "./values.ts";

/** The version of Pulumi whose state format this is. */
export const pulumiVersion = "3.270.0";
const stateVersion = 3;

/** A stack's state as it lies on disk, secrets still encrypted. */
export interface Deployment {
  /** `time`: ISO 8601, when it was written. */
  readonly manifest?: { readonly time?: string };
  readonly secrets_providers?: { readonly type: string; readonly state?: { readonly salt?: string } };
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
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
    throw new Failure(`${path}: is a state of version ${file.version ?? "none"}; this engine knows version ${stateVersion}`);
  }
  const secrets = file.checkpoint?.latest?.secrets_providers;
  if (secrets !== undefined && secrets.type !== "" && secrets.type !== "passphrase") {
    throw new Failure(`${path}: its secrets are kept by "${secrets.type}"; this engine knows "passphrase" only`);
  }
  return file.checkpoint?.latest ?? {};
}

/** The whole checkpoint file's text, from resources that are serialized already. */
export function formatCheckpoint(stack: string, project: string, salt: string, resources: readonly string[], kept: Pick<Deployment, "pending_operations" | "metadata">): string {
  const latest = {
    manifest: {
      time: new Date().toISOString(),
      magic: createHash("sha256").update(`v${pulumiVersion}`).digest("hex"),
      version: `v${pulumiVersion}`,
    },
    secrets_providers: { type: "passphrase", state: { salt } },
    resources: "@resources",
    ...(kept.pending_operations === undefined ? {} : { pending_operations: kept.pending_operations }),
    metadata: kept.metadata ?? {},
  };
  const frame = JSON.stringify({ version: stateVersion, checkpoint: { stack: `organization/${project}/${stack}`, latest } }, null, 4);
  const list = resources.length === 0 ? "[]" : `[\n${resources.map(indent).join(",\n")}\n            ]`;
  return `${frame.replace('"@resources"', () => list)}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, " ".repeat(16));
}

/**
 * Turns resources into their text on disk and back. A secret that did not change keeps its ciphertext, so that a state
 * changes only where the stack does.
 */
export class StateCodec {
  readonly #crypter: Crypter;
  /** Place of a secret (resource and path) → its plaintext and ciphertext. */
  readonly #ciphertexts = new Map<string, { plaintext: string; ciphertext: string }>();
  readonly #texts = new WeakMap<ResourceState, string>();

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

  encode(state: ResourceState): string {
    let text = this.#texts.get(state);
    if (text === undefined) {
      const place = placeOf(state);
      text = JSON.stringify(
        { ...state, inputs: this.#seal(state.inputs, `${place}/inputs`), outputs: this.#seal(state.outputs, `${place}/outputs`) },
        fieldOrder,
        4,
      );
      this.#texts.set(state, text);
    }
    return text;
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
