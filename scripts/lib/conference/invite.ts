/** Invitations, made by whoever may read the conference's settings. */
import { randomUUID } from "node:crypto";
import { readSettings } from "../../../infra/engine/index.ts";
import { webNames } from "../../../infra/conference/certificate.ts";
import { type Invitation, signInvitation } from "../../../infra/conference/gate/invitation.ts";
import { SECRET } from "../../../infra/conference/secrets.ts";
import { AUTHORITY_SETTING, certificateSetting } from "../../../infra/pki/tls.ts";
import { CONFERENCE_CERTIFICATE } from "../../../inventory/model/conference.ts";
import { Failure } from "../../../inventory/failure.ts";
import type { Room } from "../../../inventory/model.ts";
import type { Selection } from "../province.ts";
import { engineOptions } from "../stacks.ts";

/** What the conference's settings hold for those who enter it. */
export interface ConferenceKeys {
  /** Signs invitations. */
  readonly invitations: string;
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
}

/** @throws Failure when the conference has never been up. */
export async function conferenceKeys(selection: Selection): Promise<ConferenceKeys> {
  const settings = await readSettings(engineOptions("conference", selection));
  const valueOf = (key: string): string => {
    const value = settings.get(`egov:${key}`)?.value;
    if (value !== undefined) return value;
    throw new Failure(`the conference of '${selection.environment.name}' has never been brought up`, { advice: "Bring it up first: ./egov up" });
  };
  return { invitations: valueOf(SECRET.invitations), authority: valueOf(AUTHORITY_SETTING), certificate: valueOf(certificateSetting(CONFERENCE_CERTIFICATE)) };
}

export type InvitationWish = Pick<Invitation, "room" | "name" | "role" | "site"> & { readonly hours: number };

export interface MadeInvitation {
  readonly name: string;
  readonly room: string;
  readonly role: Invitation["role"];
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly token: string;
  readonly link: string;
}

export function makeInvitation({ province }: Pick<Selection, "province">, keys: Pick<ConferenceKeys, "invitations">, { hours, ...wish }: InvitationWish): MadeInvitation {
  const expiresAt = Math.floor(Date.now() / 1000 + hours * 3600);
  const token = signInvitation({ id: randomUUID(), ...wish, expiresAt }, keys.invitations);
  const { name, room, role } = wish;
  return { name, room, role, expiresAt: new Date(expiresAt * 1000).toISOString(), token, link: `https://${webNames(province)[0]}/#${token}` };
}

/** @throws Failure for a room that the inventory does not have. */
export function roomOf({ province }: Pick<Selection, "province">, slug: string): Room {
  const room = province.conference.rooms.find((one) => one.slug === slug);
  if (room !== undefined) return room;
  throw new Failure(`there is no room '${slug}'`, { advice: `conference.yaml has: ${province.conference.rooms.map((one) => one.slug).join(", ")}` });
}
