/** What is run inside a participant's browser. Text, since it belongs to another program than this one. */
import type { Picture } from "./clip.ts";

/** Before the page's own script: keeps every peer connection, so that its statistics can be asked for. */
export const KEEP_PEERS = `
  window.peers = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration) {
      super({ ...configuration, ...window.forcedConfiguration });
      window.peers.push(this);
    }
  };
`;

/** Before the page's own script: media go through TURN or not at all. */
export const FORCE_RELAY = `window.forcedConfiguration = { iceTransportPolicy: "relay" };`;

/** What the page receives of one sender's pictures. */
export interface InboundVideo {
  /** Id of the sender. */
  readonly participant: string;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly framesDecoded: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Seconds. */
  readonly jitter: number;
}

/** The statistics of every stream of pictures on the page: InboundVideo[]. */
export const INBOUND_VIDEO = `(async () => {
  const senders = new Map();
  for (const tile of document.querySelectorAll(".tile:not(.own)")) {
    for (const track of tile.querySelector("video").srcObject?.getVideoTracks() ?? []) senders.set(track.id, tile.dataset.participant);
  }
  const all = [];
  for (const peer of window.peers.filter((one) => one.connectionState !== "closed")) {
    for (const one of (await peer.getStats()).values()) {
      const participant = senders.get(one.trackIdentifier);
      if (one.type !== "inbound-rtp" || one.kind !== "video" || participant === undefined) continue;
      const { frameWidth = 0, frameHeight = 0, framesDecoded = 0, packetsReceived = 0, packetsLost = 0, jitter = 0 } = one;
      all.push({ participant, frameWidth, frameHeight, framesDecoded, packetsReceived, packetsLost, jitter });
    }
  }
  return all;
})()`;

/** Encodes a few seconds of moving picture to VP8 at about the given rate. Gives the pictures in base64. */
export const encodeFilm = (picturesPerSecond: number, pictures: number, kbps: number): string => `(async () => {
  const [width, height] = [1280, 720];
  const chunks = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      chunks.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
    },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "vp8", width, height, bitrate: ${kbps * 1000}, framerate: ${picturesPerSecond}, latencyMode: "realtime" });
  const noise = crypto.getRandomValues(new Uint8Array(65536));
  for (let n = 0; n < ${pictures}; n++) {
    const bytes = new Uint8Array(width * height * 1.5).fill(128, width * height);
    for (let at = 0; at < width * height; at++) bytes[at] = 64 + (noise[(at + n * 7919) & 65535] & 15) + (((at >> 6) + n * 2) & 63);
    const frame = new VideoFrame(bytes, { format: "I420", codedWidth: width, codedHeight: height, timestamp: Math.round(n * 1e6 / ${picturesPerSecond}) });
    encoder.encode(frame, { keyFrame: n === 0 });
    frame.close();
    await encoder.flush();
  }
  return chunks;
})()`;

export function picturesOf(chunks: readonly string[]): Picture[] {
  return chunks.map((chunk, time) => ({ data: Buffer.from(chunk, "base64"), time }));
}
