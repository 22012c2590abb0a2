/**
 * What a participant's page and the gate say to each other: one JSON object a websocket message. Nothing of Janus's own protocol
 * passes, so whatever is not in this list cannot be asked for.
 */

export type Role = "guest" | "moderator";

/** Why a token is not an invitation. */
export type Refusal = "malformed" | "forged" | "expired";

export type Kind = "audio" | "video";

/** From the page. `hello` comes first, and once. */
export type ToGate =
  | { readonly type: "hello"; readonly token: string }
  /** The offer of the participant's own camera and microphone. */
  | { readonly type: "publish"; readonly sdp: string }
  /** The answer to the gate's last `offer`. */
  | { readonly type: "answer"; readonly sdp: string }
  /** An ICE candidate; without one, there will be no more. */
  | { readonly type: "candidate"; readonly peer: "publisher" | "subscriber"; readonly candidate?: { readonly candidate: string; readonly sdpMid?: string; readonly sdpMLineIndex?: number } }
  /** Which size of another's picture is wanted: 0 the smallest, 2 the largest. `mid` as in `offer`. */
  | { readonly type: "layer"; readonly mid: string; readonly substream: 0 | 1 | 2 }
  | { readonly type: "media"; readonly audio: boolean; readonly video: boolean }
  | { readonly type: "hand"; readonly raised: boolean }
  /** Moderators only. */
  | { readonly type: "mute" | "remove"; readonly participant: string }
  | { readonly type: "leave" };

export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly role: Role;
  readonly hand: boolean;
  readonly audio: boolean;
  readonly video: boolean;
}

/** A stream of the subscriber's connection: whose it is. */
export interface Stream {
  readonly mid: string;
  readonly participant: string;
  readonly kind: Kind;
}

export type RefusalReason = Refusal | "no-room" | "removed";

/** To the page. */
export type FromGate =
  | { readonly type: "refused"; readonly reason: RefusalReason }
  | {
    readonly type: "welcome";
    readonly you: string;
    readonly role: Role;
    readonly room: { readonly slug: string; readonly name: string };
    /** Highest bit rate of a camera, kbit/s. */
    readonly videoKbps: number;
    readonly iceServers: readonly { readonly urls: readonly string[]; readonly username: string; readonly credential: string }[];
  }
  | { readonly type: "participants"; readonly participants: readonly Participant[] }
  /** Janus's answer to `publish`. */
  | { readonly type: "published"; readonly sdp: string }
  /** Others' streams as they are now. */
  | { readonly type: "offer"; readonly sdp: string; readonly streams: readonly Stream[] }
  /** A moderator has muted the participant. */
  | { readonly type: "muted" }
  /** A request was not carried out. */
  | { readonly type: "denied"; readonly request: ToGate["type"]; readonly reason: "not-a-moderator" | "no-such-participant" | "room-full" | "failed" };

/** Codes with which the gate closes a websocket (RFC 6455, 7.4.2: 4000–4999 are for applications). */
export const CLOSE = { refused: 4401, removed: 4403, replaced: 4409, mediaServerGone: 4503 } as const;

/** The message in `text`; undefined when it is none of the protocol's. */
export function parseToGate(text: string): ToGate | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const message = value as Record<string, unknown>;
  return Object.hasOwn(SHAPES, String(message["type"])) && SHAPES[message["type"] as ToGate["type"]](message) ? message as unknown as ToGate : undefined;
}

type Shape = (message: Record<string, unknown>) => boolean;
const text = (value: unknown): boolean => typeof value === "string";
const flag = (value: unknown): boolean => typeof value === "boolean";

const SHAPES: Readonly<Record<ToGate["type"], Shape>> = {
  hello: (m) => text(m["token"]),
  publish: (m) => text(m["sdp"]),
  answer: (m) => text(m["sdp"]),
  candidate: (m) => (m["peer"] === "publisher" || m["peer"] === "subscriber") && (m["candidate"] === undefined || isCandidate(m["candidate"])),
  layer: (m) => text(m["mid"]) && [0, 1, 2].includes(m["substream"] as number),
  media: (m) => flag(m["audio"]) && flag(m["video"]),
  hand: (m) => flag(m["raised"]),
  mute: (m) => text(m["participant"]),
  remove: (m) => text(m["participant"]),
  leave: () => true,
};

function isCandidate(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { candidate, sdpMid, sdpMLineIndex } = value as Record<string, unknown>;
  return text(candidate) && (sdpMid === undefined || sdpMid === null || text(sdpMid)) && (sdpMLineIndex === undefined || sdpMLineIndex === null || Number.isInteger(sdpMLineIndex));
}
