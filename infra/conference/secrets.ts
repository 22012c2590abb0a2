/** Names of the secrets that the conference host's files ask for. */
export const SECRET = {
  /** Janus's `api_secret`: what the gate says with every request. */
  api: "janus-api",
  /** Janus's `admin_secret`: what the monitoring host says. */
  admin: "janus-admin",
  /** `secret` and `pin` of every room, known to the gate alone. */
  room: "janus-room",
  /** Signs invitations. */
  invitations: "invitations",
  /** Shared by coturn and the gate. */
  turn: "turn",
} as const;

export const CONFERENCE_SECRETS: readonly string[] = Object.values(SECRET);

/** What stands in a file for a secret. */
export function placeholder(name: string): string {
  return `{{secret:${name}}}`;
}
