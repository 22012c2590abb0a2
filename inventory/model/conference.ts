/** A conference room. */
export interface Room {
  readonly slug: string;
  /** In Vietnamese. */
  readonly name: string;
  /** Slug of the unit that it belongs to; absent for a room of the whole province. */
  readonly unit?: string;
  /** Logins of people who may mute others and close the room; at least one. */
  readonly moderators: readonly string[];
  /** Cameras on at the same time. */
  readonly publishers: number;
}

export interface Conference {
  /** UDP ports of the media server, both included. */
  readonly mediaPorts: readonly [first: number, last: number];
  /** UDP ports that TURN relays through, both included. */
  readonly relayPorts: readonly [first: number, last: number];
  /** Highest bit rate of one camera, kbit/s; HD (1280×720) needs about 2,500. */
  readonly videoKbps: number;
  /** How long an invitation is good for, hours. */
  readonly invitationHours: number;
  readonly rooms: readonly Room[];
}

/** Where TURN listens: its registered ports (RFC 8656, 18.6), which browsers and firewalls expect. */
export const TURN_PORTS = { plain: 3478, tls: 5349 } as const;

/** What certificates.yaml calls the certificate of the conference host. */
export const CONFERENCE_CERTIFICATE = "conference";
