/**
 * Invitations: who may enter which room, as whom, until when. A link carries one, signed; the gate believes nothing else.
 *
 * A token is `BODY.MAC`: the invitation as JSON and its HMAC-SHA-256 (RFC 2104) over the body, both in base64url (RFC 4648, 5).
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Refusal, Role } from "./protocol.ts";

export interface Invitation {
  /** Of one person's one link: at most one connection at a time holds it. */
  readonly id: string;
  /** Slug of the room. */
  readonly room: string;
  /** How others see the person. */
  readonly name: string;
  readonly role: Role;
  /** Slug of the site that the person sits at, for reports a site. */
  readonly site: string;
  /** Seconds since 1970 from which on the link is worth nothing. */
  readonly expiresAt: number;
}

/** Longest token that is looked at, characters. */
const LONGEST_TOKEN = 2048;

export function signInvitation(invitation: Invitation, key: string): string {
  const body = Buffer.from(JSON.stringify(invitation)).toString("base64url");
  return `${body}.${mac(body, key).toString("base64url")}`;
}

/** The invitation of a token, or why there is none. Nothing of a token is read before its MAC holds. */
export function readInvitation(token: string, key: string, nowSeconds: number): Invitation | Refusal {
  const parts = token.split(".");
  const [body, sent] = parts;
  if (token.length > LONGEST_TOKEN || parts.length !== 2 || body === undefined || sent === undefined) return "malformed";
  const expected = mac(body, key);
  const given = Buffer.from(sent, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "forged";
  const invitation = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Invitation;
  return nowSeconds < invitation.expiresAt ? invitation : "expired";
}

function mac(body: string, key: string): Buffer {
  return createHmac("sha256", key).update(body).digest();
}
