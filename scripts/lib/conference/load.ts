/**
 * A participant without a browser: sends a film of pictures that were encoded once, paced as a camera's would be, and counts what it
 * gets. Cheap enough that several fit on one machine. Run as a program in a site's network namespace: settings come as one line of
 * JSON on standard input; every second a line of JSON says what was received so far; it leaves when its input ends.
 */
import { readFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { Agent } from "node:https";
import type { LookupFunction } from "node:net";
import { createInterface } from "node:readline";
import {
  MediaStreamTrack, type RTCDtlsTransport, RTCPeerConnection, type RTCRtpTransceiver, RTCRtpCodecParameters, useOPUS, Vp8Packetizer, Vp8RtpPayload,
} from "werift";
import WebSocket from "ws";
import type { FromGate, Stream, ToGate } from "../../../infra/conference/gate/protocol.ts";
import { Arrival } from "./arrival.ts";
import { readIvf, vp8Size } from "./clip.ts";

export interface LoadSettings {
  /** The gate's websocket, by name; and who resolves the name. */
  readonly gate: string;
  readonly resolver: string;
  /** The province's authority, PEM. */
  readonly authority: string;
  readonly token: string;
  /** Path of the film to send; absent: only watches. */
  readonly film?: string;
}

/** What was received of one stream of pictures, since the beginning. */
export interface StreamCount {
  /** Who sends it. */
  readonly participant: string;
  readonly width: number;
  readonly height: number;
  readonly received: number;
  readonly lost: number;
  readonly jitterMilliseconds: number;
}

const VIDEO_CLOCK = 90_000;
const TICK_MILLISECONDS = 4;
/** Fits a packet into every link's MTU with all headers. */
const PAYLOAD_BYTES = 1150;

function codecs(): { video: RTCRtpCodecParameters[]; audio: RTCRtpCodecParameters[] } {
  // No retransmissions: what is lost on the way counts as lost.
  return { video: [new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: VIDEO_CLOCK, rtcpFeedback: [{ type: "nack", parameter: "pli" }] })], audio: [useOPUS()] };
}

/** Of the second byte of an RTP header: set on the last packet of a picture (RFC 7741, 4.1). */
const MARKER = 0x80;
/** Tells the library to go no further with a packet. */
const COUNTED = new Error("counted by its header");

class Participant {
  readonly #socket: WebSocket;
  readonly #settings: LoadSettings;
  readonly #arrivals = new Map<string, { readonly participant: string; arrival: Arrival; width: number; height: number }>();
  /** By SSRC. */
  readonly #headers = new Map<number, { readonly arrival: Arrival; pictureEnded: boolean }>();
  #publisher: RTCPeerConnection | undefined;
  #subscriber: RTCPeerConnection | undefined;
  #work = Promise.resolve();

  constructor(socket: WebSocket, settings: LoadSettings) {
    this.#socket = socket;
    this.#settings = settings;
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as FromGate;
      this.#work = this.#work.then(() => this.#heard(message));
    });
    this.#say({ type: "hello", token: settings.token });
  }

  counts(): StreamCount[] {
    return [...this.#arrivals.values()].map(({ participant, arrival, width, height }) =>
      ({ participant, width, height, received: arrival.received, lost: arrival.lost, jitterMilliseconds: arrival.jitterMilliseconds }));
  }

  async leave(): Promise<void> {
    this.#say({ type: "leave" });
    this.#socket.close();
    await Promise.all([this.#publisher?.close(), this.#subscriber?.close()]);
  }

  async #heard(message: FromGate): Promise<void> {
    if (message.type === "refused") throw new Error(`refused: ${message.reason}`);
    if (message.type === "welcome" && this.#settings.film !== undefined) await this.#publish(this.#settings.film);
    if (message.type === "published") await this.#publisher?.setRemoteDescription({ type: "answer", sdp: message.sdp });
    if (message.type === "offer") await this.#answer(message.sdp, message.streams);
  }

  async #publish(film: string): Promise<void> {
    const peer = this.#peer("publisher");
    this.#publisher = peer;
    const track = new MediaStreamTrack({ kind: "video" });
    peer.addTransceiver(track, { direction: "sendonly" });
    peer.connectionStateChange.subscribe((state) => { if (state === "connected") play(readFileSync(film), track); });
    await peer.setLocalDescription(await peer.createOffer());
    this.#say({ type: "publish", sdp: peer.localDescription!.sdp });
    this.#say({ type: "media", audio: false, video: true });
  }

  async #answer(sdp: string, streams: readonly Stream[]): Promise<void> {
    if (this.#subscriber === undefined) {
      const subscriber = this.#subscriber = this.#peer("subscriber");
      subscriber.connectionStateChange.subscribe((state) => { if (state === "connected") this.#countHeaders(subscriber.dtlsTransports[0]!); });
    }
    const peer = this.#subscriber;
    await peer.setRemoteDescription({ type: "offer", sdp });
    await peer.setLocalDescription(await peer.createAnswer());
    this.#say({ type: "answer", sdp: peer.localDescription!.sdp });
    for (const { mid, participant, kind } of streams) {
      const transceiver = peer.getTransceivers().find((one) => one.mid === mid);
      if (kind === "video" && transceiver !== undefined && !this.#arrivals.has(mid)) this.#count(mid, participant, transceiver);
    }
  }

  #count(mid: string, participant: string, { receiver }: RTCRtpTransceiver): void {
    const count = { participant, arrival: new Arrival(VIDEO_CLOCK), width: 0, height: 0 };
    this.#arrivals.set(mid, count);
    receiver.track.onReceiveRtp.subscribe(({ header, payload }) => {
      const known = this.#headers.get(header.ssrc);
      if (known !== undefined) count.arrival = known.arrival;
      const part = Vp8RtpPayload.deSerialize(payload);
      const size = part.isPartitionHead ? vp8Size(part.payload) : undefined;
      if (size !== undefined) Object.assign(count, size);
    });
  }

  /**
   * Counts packets by their headers, which SRTP leaves readable (RFC 3711, 3.1), and lets only those be deciphered that begin a
   * picture: the others are nine of ten, and deciphering takes the most time.
   */
  #countHeaders({ srtp }: RTCDtlsTransport): void {
    const decrypt = srtp.decrypt.bind(srtp);
    srtp.decrypt = (packet) => {
      const ssrc = packet.readUInt32BE(8);
      let known = this.#headers.get(ssrc);
      if (known === undefined) this.#headers.set(ssrc, known = { arrival: new Arrival(VIDEO_CLOCK), pictureEnded: true });
      known.arrival.count(packet.readUInt16BE(2), packet.readUInt32BE(4), performance.now());
      const begins = known.pictureEnded;
      known.pictureEnded = (packet[1]! & MARKER) !== 0;
      if (!begins) throw COUNTED;
      return decrypt(packet);
    };
  }

  #peer(peer: "publisher" | "subscriber"): RTCPeerConnection {
    const connection = new RTCPeerConnection({ codecs: codecs(), bundlePolicy: "max-bundle", iceServers: [] });
    connection.onIceCandidate.subscribe((candidate) => this.#say(
      candidate === undefined ? { type: "candidate", peer } : { type: "candidate", peer, candidate: { candidate: candidate.candidate, sdpMid: candidate.sdpMid ?? "0", sdpMLineIndex: candidate.sdpMLineIndex ?? 0 } }));
    return connection;
  }

  #say(message: ToGate): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

/** A picture's packets leave at most this much faster than the film's own rate, as those of libwebrtc's pacer do. */
const PACING_FACTOR = 2.5;

/** Sends the film again and again, by the clock, so that a late timer does not thin the stream. */
function play(file: Buffer, track: MediaStreamTrack): void {
  const { picturesPerSecond, pictures } = readIvf(file);
  const pictureMilliseconds = 1000 / picturesPerSecond;
  const bytes = pictures.reduce((sum, { data }) => sum + data.length, 0);
  const millisecondsPerByte = (pictures.length * pictureMilliseconds) / bytes / PACING_FACTOR;
  const packetizer = new Vp8Packetizer({ maxPayloadSize: PAYLOAD_BYTES });
  const firstTimestamp = Math.floor(Math.random() * 2 ** 31);
  const startedAt = performance.now();
  let packets: readonly Buffer[] = [];
  let sent = 0;
  let shown = 0;
  let dueAt = 0;
  setInterval(() => {
    const elapsed = performance.now() - startedAt;
    while (dueAt <= elapsed) {
      if (sent < packets.length) {
        const packet = packets[sent++]!;
        track.writeRtp(packet);
        dueAt += packet.length * millisecondsPerByte;
      } else {
        const timestamp = (firstTimestamp + Math.round((shown * VIDEO_CLOCK) / picturesPerSecond)) % 2 ** 32;
        packets = packetizer.packetize(pictures[shown % pictures.length]!.data, timestamp).map((packet) => packet.serialize());
        sent = 0;
        dueAt = Math.max(dueAt, shown * pictureMilliseconds);
        shown += 1;
      }
    }
  }, TICK_MILLISECONDS);
}

/** Asks the province's own name server: this program otherwise reads the machine's settings. */
function lookupBy(server: string): LookupFunction {
  const resolver = new Resolver();
  resolver.setServers([server]);
  return (name, options, callback) => {
    resolver.resolve4(name).then(
      (addresses) => (options.all === true ? callback(null, addresses.map((address) => ({ address, family: 4 }))) : callback(null, addresses[0] as string, 4)),
      (error: Error) => callback(error, ""),
    );
  };
}

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const [first] = await new Promise<string[]>((resolve) => lines.once("line", (line) => resolve([line])));
  const settings = JSON.parse(first as string) as LoadSettings;
  const socket = new WebSocket(settings.gate, { agent: new Agent({ ca: settings.authority, lookup: lookupBy(settings.resolver) }) });
  await new Promise((resolve, reject) => { socket.once("open", resolve).once("error", reject); });
  const participant = new Participant(socket, settings);
  const timer = setInterval(() => console.log(JSON.stringify(participant.counts())), 1000);
  const done = new Promise<void>((resolve, reject) => {
    lines.on("close", resolve);
    socket.on("close", (code) => reject(new Error(`the gate has closed the connection: ${code}`)));
  });
  await done;
  clearInterval(timer);
  socket.removeAllListeners("close");
  await participant.leave();
  process.exit(0);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
