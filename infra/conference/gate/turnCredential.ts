import { createHmac } from "node:crypto";

export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/** A TURN account that ends by itself, as coturn's `use-auth-secret` checks it (draft-uberti-behave-turn-rest-00). */
export function turnCredential(participant: string, expiresAtSeconds: number, secret: string): TurnCredential {
  const username = `${expiresAtSeconds}:${participant}`;
  return { username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}
