/** What the gate is told by its host's configuration: see gateIntent. */
export interface GateSettings {
  readonly listen: { readonly host: string; readonly port: number };
  /** Janus's websocket. */
  readonly janus: string;
  /** Slug → name. */
  readonly rooms: Readonly<Record<string, string>>;
  /** Highest bit rate of a camera, kbit/s. */
  readonly videoKbps: number;
  readonly turnUrls: readonly string[];
  readonly secrets: {
    /** Janus's `api_secret`. */
    readonly api: string;
    /** `secret` and `pin` of every room. */
    readonly room: string;
    /** Signs invitations. */
    readonly invitations: string;
    /** Shared with coturn. */
    readonly turn: string;
  };
}
