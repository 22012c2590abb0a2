import { createHash } from "node:crypto";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";

/**
 * The id of a resource that is about to be made, from what is known then: the same for the same URN and inputs, so that
 * it can be noted before the call, and another one after a replacement. Secrets count by where they stand only, since an
 * id is kept in plain; two that differ in a secret alone share an id, which no call depends on.
 */
export function plannedId(urn: string, inputs: unknown): string {
  return createHash("sha256").update(JSON.stringify([urn, canonical(inputs)])).digest("hex").slice(0, 32);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Record<string, unknown>)[specialSigKey] === specialSecretSig) {
    return "[secret]";
  }
  return Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, canonical(member)]);
}
