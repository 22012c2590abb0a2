import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { unwrap } from "../host/inputs.ts";

export type Properties = Record<string, unknown>;

/** Shorter secrets are not looked for in messages: they would be found everywhere. */
const MIN_REDACTED_LENGTH = 3;

/** A value as the protocol marks it secret; one that is marked already stays as it is. */
export function asSecret(value: unknown): unknown {
  const marked = typeof value === "object" && value !== null && (value as Properties)[specialSigKey] === specialSecretSig;
  return marked ? value : { [specialSigKey]: specialSecretSig, value };
}

/** A value that the protocol announces for later; secret if what it comes from is. */
export function announced(secret: boolean): unknown {
  return secret ? asSecret(unknownValue) : unknownValue;
}

/** Every text that stands within a secret, and each line of it; longest first. */
export function secretTexts(value: unknown, within = false): string[] {
  const found = new Set<string>();
  const visit = (part: unknown, secret: boolean): void => {
    if (typeof part === "string") {
      if (secret) {
        [part, ...part.split("\n")].forEach((text) => text.trim().length >= MIN_REDACTED_LENGTH && found.add(text.trim()));
      }
    } else if (typeof part === "object" && part !== null) {
      const marked = (part as Properties)[specialSigKey] === specialSecretSig;
      Object.entries(part).forEach(([key, member]) => key !== specialSigKey && visit(member, secret || marked));
    }
  };
  visit(value, within);
  return [...found].sort((a, b) => b.length - a.length);
}

/** The message with `[secret]` in place of every secret that `values` hold. */
export function redact(message: string, ...values: readonly unknown[]): string {
  return values.flatMap((value) => secretTexts(value)).reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}

/** The properties without wrappings and without those that are null, which the protocol means by absent. */
export function plain<T>(properties: unknown): T {
  return Object.fromEntries(Object.entries(unwrap(properties ?? {}) as Properties).filter(([, value]) => value !== null)) as T;
}
