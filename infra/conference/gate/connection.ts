/** One participant's connection: from the page's websocket to the participant's handles in Janus. */
import type WebSocket from "ws";
import { handleName } from "./handleName.ts";
import type { Invitation } from "./invitation.ts";
import { type JanusHandle, JanusError, type JanusSession, type PluginEvent } from "./janus.ts";
import { CLOSE, type FromGate, type Kind, type Participant, type Stream, type ToGate } from "./protocol.ts";
import type { Member, Rooms } from "./rooms.ts";
import type { GateSettings } from "./settings.ts";

/** Janus's codes (janus_videoroom.c): no such feed, the room is full. */
const NO_SUCH_FEED = 428;
const ROOM_FULL = 432;

/** A stream as Janus describes it to a subscriber. */
interface SubscribedStream {
  readonly mid: string;
  readonly type: string;
  readonly feed_id?: string;
  readonly active?: boolean;
}

export interface ConnectionArgs {
  readonly socket: WebSocket;
  readonly invitation: Invitation;
  readonly janus: JanusSession;
  readonly rooms: Rooms;
  readonly settings: GateSettings;
  /** A moderator has sent the holder of an invitation away. */
  readonly onRemoved: (invitation: Invitation) => void;
}

export class Connection implements Member {
  state: Participant;
  readonly #args: ConnectionArgs;
  #publisher: JanusHandle | undefined;
  #subscriber: Promise<JanusHandle> | undefined;
  /** The participant's own audio streams in Janus, which a moderator may mute. */
  #audioMids: readonly string[] = [];
  #mutedByModerator = false;

  private constructor(args: ConnectionArgs) {
    const { id, name, site, role } = args.invitation;
    this.#args = args;
    this.state = { id, name, site, role, hand: false, audio: false, video: false };
  }

  /** Joins the room. Rejects when Janus does not let the participant in. */
  static async join(args: ConnectionArgs): Promise<Connection> {
    const connection = new Connection(args);
    const { invitation, janus, settings } = args;
    connection.#publisher = await janus.attach(connection.#handleName("publisher"), (event) => connection.#heard(event));
    const joined = await connection.#publisher.message({
      request: "join", ptype: "publisher", room: invitation.room, pin: settings.secrets.room, id: invitation.id, display: invitation.name,
    });
    args.rooms.enter(invitation.room, connection);
    connection.#heard(joined);
    return connection;
  }

  show(participants: readonly Participant[]): void {
    this.say({ type: "participants", participants });
  }

  say(message: FromGate): void {
    const { socket } = this.#args;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }

  close(code: number, reason: string): void {
    this.#args.socket.close(code, reason);
  }

  /** Carries out what the page asks for. */
  async handle(message: ToGate): Promise<void> {
    try {
      await this.#carryOut(message);
    } catch (error) {
      const reason = error instanceof JanusError && error.code === ROOM_FULL ? "room-full" : "failed";
      this.say({ type: "denied", request: message.type, reason });
    }
  }

  async #carryOut(message: ToGate): Promise<void> {
    switch (message.type) {
      case "publish": return await this.#publish(message.sdp);
      case "answer": {
        await (await this.#subscriber)?.message({ request: "start" }, { type: "answer", sdp: message.sdp });
        return;
      }
      case "candidate": {
        const handle = message.peer === "publisher" ? this.#publisher : await this.#subscriber;
        return handle?.trickle(message.candidate ?? { completed: true });
      }
      case "layer": {
        // The third temporal layer is the full frame rate.
        await (await this.#subscriber)?.message({ request: "configure", streams: [{ mid: message.mid, substream: message.substream, temporal: 2 }] });
        return;
      }
      case "media": return await this.#setMedia(message.audio, message.video);
      case "hand": return this.#change({ hand: message.raised });
      case "mute":
      case "remove": return await this.#moderate(message.type, message.participant);
      case "leave": return this.close(1000, "left");
      case "hello": return;
    }
  }

  async #publish(sdp: string): Promise<void> {
    const { data, jsep } = await this.#publisher!.message({ request: "publish" }, { type: "offer", sdp });
    const streams = (data["streams"] ?? []) as readonly { readonly type: string; readonly mid: string }[];
    this.#audioMids = streams.filter(({ type }) => type === "audio").map(({ mid }) => mid);
    if (jsep !== undefined) this.say({ type: "published", sdp: jsep.sdp });
  }

  async #setMedia(audio: boolean, video: boolean): Promise<void> {
    if (audio && this.#mutedByModerator) {
      this.#mutedByModerator = false;
      await this.#muteInJanus(false);
    }
    this.#change({ audio, video });
  }

  async #moderate(request: "mute" | "remove", id: string): Promise<void> {
    const { rooms, invitation } = this.#args;
    if (invitation.role !== "moderator") return this.say({ type: "denied", request, reason: "not-a-moderator" });
    const other = rooms.find<Connection>(invitation.room, id);
    if (other === undefined) return this.say({ type: "denied", request, reason: "no-such-participant" });
    if (request === "mute") await other.#mute();
    else await other.#remove();
  }

  async #mute(): Promise<void> {
    this.#mutedByModerator = true;
    await this.#muteInJanus(true);
    this.#change({ audio: false });
    this.say({ type: "muted" });
  }

  /** Janus drops the sound, whatever the page does. */
  async #muteInJanus(mute: boolean): Promise<void> {
    for (const mid of this.#audioMids) await this.#publisher!.message({ request: "moderate", ...this.#roomSecret(), id: this.state.id, mid, mute });
  }

  async #remove(): Promise<void> {
    this.#args.onRemoved(this.#args.invitation);
    await this.#publisher!.message({ request: "kick", ...this.#roomSecret(), id: this.state.id }).finally(() => this.close(CLOSE.removed, "removed"));
  }

  #roomSecret(): { readonly room: string; readonly secret: string } {
    return { room: this.#args.invitation.room, secret: this.#args.settings.secrets.room };
  }

  #handleName(kind: "publisher" | "subscriber"): string {
    const { room, site, id: participant } = this.#args.invitation;
    return handleName({ room, site, participant, kind });
  }

  #change(change: Partial<Participant>): void {
    this.state = { ...this.state, ...change };
    this.#args.rooms.changed(this.#args.invitation.room);
  }

  /** Janus tells of others who send: all there are on joining, each as it begins from then on. */
  #heard({ data }: PluginEvent): void {
    const feeds = ((data["publishers"] ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);
    if (feeds.length > 0) void this.#subscribe(feeds).catch(() => this.say({ type: "denied", request: "answer", reason: "failed" }));
  }

  async #subscribe(feeds: readonly string[]): Promise<void> {
    const streams = feeds.map((feed) => ({ feed }));
    if (this.#subscriber === undefined) {
      const { invitation, janus, settings } = this.#args;
      this.#subscriber = janus.attach(this.#handleName("subscriber"), (event) => this.#offered(event)).then(async (handle) => {
        this.#offered(await handle.message({ request: "join", ptype: "subscriber", room: invitation.room, pin: settings.secrets.room, streams }));
        return handle;
      });
      // A feed that is gone again before anybody watches it.
      this.#subscriber.catch(() => { this.#subscriber = undefined; });
      await this.#subscriber;
      return;
    }
    const handle = await this.#subscriber;
    for (const stream of streams) {
      await handle.message({ request: "update", subscribe: [stream] }).then((event) => this.#offered(event), (error: unknown) => {
        if (!(error instanceof JanusError && error.code === NO_SUCH_FEED)) throw error;
      });
    }
  }

  /** Janus holds its next offer back until the last one is answered, so each can be passed on as it comes. */
  #offered({ data, jsep }: PluginEvent): void {
    if (jsep?.type !== "offer") return;
    const streams = ((data["streams"] ?? []) as readonly SubscribedStream[]).flatMap(({ mid, type, feed_id: participant, active }): Stream[] =>
      active === false || participant === undefined || (type !== "audio" && type !== "video") ? [] : [{ mid, participant, kind: type as Kind }]);
    this.say({ type: "offer", sdp: jsep.sdp, streams });
  }
}
