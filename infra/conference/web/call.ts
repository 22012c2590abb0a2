/** A participant's part in a meeting: the websocket to the gate, the own picture and sound out, the others' in. */
import type { FromGate, Participant, Stream, ToGate } from "../gate/protocol.ts";
import { FRESH_PATH, type Layer, next, type Path, SAMPLE_SECONDS } from "./layers.ts";
import type { Text } from "./messages.ts";
import { withStartBitrate } from "./sdp.ts";

type Welcome = Extract<FromGate, { type: "welcome" }>;

/** Codes of gate/protocol.ts after which coming back is of no use, and what to say. */
const FINAL: Readonly<Record<number, Text>> = { 1000: "left", 4403: "removed", 4409: "replaced" };
const RETRY_MILLISECONDS = 1_500;
/** What each smaller simulcast layer may take of the largest one's rate. */
const HALF_SHARE = 0.28;
const QUARTER_SHARE = 0.08;

/** What the page is told. */
export interface CallEvents {
  onWelcome(welcome: Welcome): void;
  onParticipants(participants: readonly Participant[]): void;
  /** Others' streams: participant → what there is to see and hear. */
  onStreams(streams: ReadonlyMap<string, MediaStream>): void;
  /** Every few seconds: who speaks loudest, if anybody. */
  onSpeaker(participant: string | undefined): void;
  onMuted(): void;
  onNotice(text: Text | undefined): void;
  /** The meeting is over for this page. */
  onEnd(text: Text): void;
  /** The size wanted of a participant's picture. */
  layerOf(participant: string, path: Path): Layer;
}

interface Counters {
  readonly received: number;
  readonly lost: number;
}

export class Call {
  readonly #token: string;
  readonly #own: MediaStream;
  readonly #events: CallEvents;
  #socket: WebSocket | undefined;
  #publisher: RTCPeerConnection | undefined;
  #subscriber: RTCPeerConnection | undefined;
  #work: Promise<void> = Promise.resolve();
  #streams: readonly Stream[] = [];
  #asked = new Map<string, Layer>();
  #path: Path = FRESH_PATH;
  #counted: Counters | undefined;
  #videoKbps = 0;
  #ended = false;

  constructor(token: string, own: MediaStream, events: CallEvents) {
    this.#token = token;
    this.#own = own;
    this.#events = events;
    setInterval(() => void this.#sample(), SAMPLE_SECONDS * 1000);
    this.#connect();
  }

  /** Tells the others whether there is sound and picture, and stops or starts sending them. */
  setMedia(audio: boolean, video: boolean): void {
    for (const track of this.#own.getAudioTracks()) track.enabled = audio;
    for (const track of this.#own.getVideoTracks()) track.enabled = video;
    this.#say({ type: "media", audio, video });
  }

  raiseHand(raised: boolean): void { this.#say({ type: "hand", raised }); }
  mute(participant: string): void { this.#say({ type: "mute", participant }); }
  remove(participant: string): void { this.#say({ type: "remove", participant }); }

  leave(): void {
    this.#say({ type: "leave" });
    this.#end("left");
  }

  /** Asks for the sizes that the page wants now. */
  adjustLayers(): void {
    for (const { mid, participant, kind } of this.#streams) {
      if (kind !== "video") continue;
      const substream = this.#events.layerOf(participant, this.#path);
      if (this.#asked.get(mid) === substream) continue;
      this.#asked.set(mid, substream);
      this.#say({ type: "layer", mid, substream });
    }
  }

  #connect(): void {
    const socket = new WebSocket(`wss://${location.host}/gate`);
    this.#socket = socket;
    socket.onopen = () => this.#say({ type: "hello", token: this.#token });
    // One after the other: an offer must not be touched while the last one is being answered.
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as FromGate;
      this.#work = this.#work.then(() => this.#heard(message)).catch(() => socket.close(4000, "negotiation failed"));
    };
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return;
      this.#hangUp();
      if (this.#ended) return;
      const final = FINAL[code];
      if (final !== undefined) return this.#end(final);
      this.#events.onNotice("reconnecting");
      setTimeout(() => this.#connect(), RETRY_MILLISECONDS);
    };
  }

  async #heard(message: FromGate): Promise<void> {
    switch (message.type) {
      case "refused": return this.#end(message.reason);
      case "welcome": {
        this.#events.onNotice(undefined);
        this.#events.onWelcome(message);
        return await this.#publish(message);
      }
      case "participants": return this.#events.onParticipants(message.participants);
      case "published": return await this.#publisher?.setRemoteDescription({ type: "answer", sdp: withStartBitrate(message.sdp, this.#videoKbps) });
      case "offer": return await this.#answer(message.sdp, message.streams);
      case "muted": return this.#events.onMuted();
      case "denied": return this.#events.onNotice(message.reason === "room-full" ? "room-full" : "failed");
    }
  }

  /** Sends the own picture in three sizes. */
  async #publish({ iceServers, videoKbps }: Welcome): Promise<void> {
    this.#videoKbps = videoKbps;
    const servers = iceServers.map((server) => ({ ...server, urls: [...server.urls] }));
    this.#subscriber = this.#peer("subscriber", servers);
    const [audio] = this.#own.getAudioTracks();
    const [video] = this.#own.getVideoTracks();
    if (audio === undefined && video === undefined) return;
    const peer = this.#peer("publisher", servers);
    this.#publisher = peer;
    if (audio !== undefined) peer.addTransceiver(audio, { direction: "sendonly", streams: [this.#own] });
    if (video !== undefined) {
      const rate = videoKbps * 1000;
      const { sender } = peer.addTransceiver(video, {
        direction: "sendonly", streams: [this.#own],
        sendEncodings: [
          { rid: "h", maxBitrate: rate },
          { rid: "m", maxBitrate: Math.round(rate * HALF_SHARE), scaleResolutionDownBy: 2 },
          { rid: "l", maxBitrate: Math.round(rate * QUARTER_SHARE), scaleResolutionDownBy: 4 },
        ],
      });
      await keepResolution(sender);
    }
    const offer = await peer.createOffer();
    await peer.setLocalDescription(offer);
    this.#say({ type: "publish", sdp: offer.sdp ?? "" });
    this.setMedia(audio?.enabled ?? false, video?.enabled ?? false);
  }

  async #answer(sdp: string, streams: readonly Stream[]): Promise<void> {
    const peer = this.#subscriber;
    if (peer === undefined) return;
    await peer.setRemoteDescription({ type: "offer", sdp });
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    this.#say({ type: "answer", sdp: answer.sdp ?? "" });
    this.#streams = streams;
    this.#asked = new Map([...this.#asked].filter(([mid]) => streams.some((stream) => stream.mid === mid)));
    const tracks = new Map(peer.getTransceivers().map(({ mid, receiver }) => [mid, receiver.track]));
    const byParticipant = new Map<string, MediaStream>();
    for (const { mid, participant } of streams) {
      const track = tracks.get(mid);
      if (track === undefined) continue;
      const stream = byParticipant.get(participant) ?? new MediaStream();
      stream.addTrack(track);
      byParticipant.set(participant, stream);
    }
    this.#events.onStreams(byParticipant);
    this.adjustLayers();
  }

  #peer(peer: "publisher" | "subscriber", iceServers: RTCIceServer[]): RTCPeerConnection {
    const connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    connection.onicecandidate = ({ candidate }) => this.#say(
      candidate === null || candidate.candidate === "" ? { type: "candidate", peer } : { type: "candidate", peer, candidate: candidate.toJSON() as { candidate: string } });
    // What cannot be mended in place begins anew.
    connection.onconnectionstatechange = () => { if (connection.connectionState === "failed") this.#socket?.close(4000, "media failed"); };
    return connection;
  }

  /** Counts what arrived since the last time, and asks for other sizes where that is called for. */
  async #sample(): Promise<void> {
    const peer = this.#subscriber;
    if (peer === undefined) return;
    let counted: Counters = { received: 0, lost: 0 };
    let loudest: { readonly mid: string; readonly level: number } | undefined;
    for (const one of (await peer.getStats()).values() as Iterable<Record<string, unknown>>) {
      if (one["type"] !== "inbound-rtp") continue;
      const count = (key: string): number => (typeof one[key] === "number" ? one[key] : 0);
      // What was sent again was lost on the way first.
      if (one["kind"] === "video") {
        counted = {
          received: counted.received + count("packetsReceived"),
          lost: counted.lost + count("packetsLost") + count("retransmittedPacketsReceived"),
        };
      } else if (count("audioLevel") > (loudest?.level ?? QUIET)) loudest = { mid: String(one["mid"]), level: count("audioLevel") };
    }
    const before = this.#counted ?? counted;
    this.#counted = counted;
    this.#path = next(this.#path, { received: Math.max(0, counted.received - before.received), lost: Math.max(0, counted.lost - before.lost) });
    this.#events.onSpeaker(this.#streams.find(({ mid }) => mid === loudest?.mid)?.participant);
    this.adjustLayers();
  }

  #say(message: ToGate): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hangUp(): void {
    this.#publisher?.close();
    this.#subscriber?.close();
    this.#publisher = this.#subscriber = this.#counted = undefined;
    this.#streams = [];
    this.#asked.clear();
    this.#events.onStreams(new Map());
  }

  #end(text: Text): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hangUp();
    for (const track of this.#own.getTracks()) track.stop();
    this.#socket?.close(1000);
    this.#events.onEnd(text);
  }
}

/** Sound below this level (0 to 1) is no speech. */
const QUIET = 0.02;

/** A busy machine sends fewer pictures a second rather than smaller ones. Browsers without the setting decide for themselves. */
async function keepResolution(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
  parameters.degradationPreference = "maintain-resolution";
  await sender.setParameters(parameters).catch(() => {});
}
