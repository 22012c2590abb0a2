/** A session with Janus over its websocket (https://janus.conf.meetecho.com/docs/rest.html, "WebSockets Interface"). */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import WebSocket from "ws";

export interface Jsep {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

/** What a plugin says, with or without being asked. */
export interface PluginEvent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly jsep?: Jsep;
}

/** Janus or its plugin refused a request. `code` as in janus_videoroom.c, such as 432: the room is full. */
export class JanusError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

interface Reply {
  readonly janus: string;
  readonly transaction?: string;
  readonly sender?: number;
  readonly data?: { readonly id: number };
  readonly error?: { readonly code: number; readonly reason: string };
  readonly plugindata?: { readonly data: Record<string, unknown> };
  readonly jsep?: Jsep;
}

/** Janus ends a session that says nothing for 60 s. */
const KEEPALIVE_MILLISECONDS = 25_000;
const ANSWER_MILLISECONDS = 10_000;

export interface JanusHandle {
  /** Sends a request to the plugin and gives its answer. @throws JanusError */
  message(body: Record<string, unknown>, jsep?: Jsep): Promise<PluginEvent>;
  trickle(candidate: object): void;
}

export class JanusSession {
  readonly #socket: WebSocket;
  readonly #apiSecret: string;
  readonly #waiting = new Map<string, PromiseWithResolver<Reply>>();
  readonly #listeners = new Map<number, (event: PluginEvent) => void>();
  #id = 0;

  private constructor(socket: WebSocket, apiSecret: string) {
    this.#socket = socket;
    this.#apiSecret = apiSecret;
  }

  /** Rejects when Janus does not answer. `onGone` is called once when the connection to it ends, for whatever reason. */
  static async open(url: string, apiSecret: string, onGone: () => void): Promise<JanusSession> {
    const socket = new WebSocket(url, "janus-protocol", { handshakeTimeout: ANSWER_MILLISECONDS });
    const session = new JanusSession(socket, apiSecret);
    socket.on("message", (data) => session.#receive(JSON.parse(String(data)) as Reply));
    await once(socket, "open");
    const keepalive = setInterval(() => session.#send({ janus: "keepalive", session_id: session.#id, transaction: randomUUID() }), KEEPALIVE_MILLISECONDS);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearInterval(keepalive);
      for (const { reject } of session.#waiting.values()) reject(new Error("the connection to Janus has ended"));
      session.#waiting.clear();
      onGone();
    });
    session.#id = (await session.#ask({ janus: "create" })).data!.id;
    return session;
  }

  /** Attaches to the VideoRoom plugin. `opaqueId` is what the admin API shows of the handle. */
  async attach(opaqueId: string, onEvent: (event: PluginEvent) => void): Promise<JanusHandle> {
    const { data } = await this.#ask({ janus: "attach", plugin: "janus.plugin.videoroom", opaque_id: opaqueId, session_id: this.#id });
    const handle = data!.id;
    this.#listeners.set(handle, onEvent);
    return {
      message: async (body, jsep) => {
        const reply = await this.#ask({ janus: "message", session_id: this.#id, handle_id: handle, body, ...(jsep === undefined ? {} : { jsep }) });
        const answer = eventOf(reply);
        const { error, error_code: code } = answer.data;
        if (error !== undefined) throw new JanusError(Number(code), String(error));
        return answer;
      },
      trickle: (candidate) => this.#send({ janus: "trickle", session_id: this.#id, handle_id: handle, candidate, transaction: randomUUID() }),
    };
  }

  /** Leaves Janus; the session and its handles end there with the connection. Resolves when they have. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await this.#ask({ janus: "destroy", session_id: this.#id }).catch(() => {});
    this.#socket.terminate();
  }

  #send(request: Record<string, unknown>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ ...request, apisecret: this.#apiSecret }));
  }

  async #ask(request: Record<string, unknown>): Promise<Reply> {
    const transaction = randomUUID();
    return await new Promise<Reply>((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return reject(new Error("the connection to Janus has ended"));
      const timer = setTimeout(() => {
        this.#waiting.delete(transaction);
        reject(new Error(`Janus does not answer a ${String(request["janus"])}`));
      }, ANSWER_MILLISECONDS);
      const settle = <T>(work: (value: T) => void) => (value: T): void => {
        clearTimeout(timer);
        this.#waiting.delete(transaction);
        work(value);
      };
      this.#waiting.set(transaction, { resolve: settle(resolve), reject: settle(reject) });
      this.#send({ ...request, transaction });
    });
  }

  #receive(reply: Reply): void {
    // An `ack` only says that the plugin's answer will come as an event of the same transaction.
    if (reply.janus === "ack") return;
    const asked = reply.transaction === undefined ? undefined : this.#waiting.get(reply.transaction);
    if (asked !== undefined) {
      if (reply.janus === "error") asked.reject(new JanusError(reply.error?.code ?? 0, reply.error?.reason ?? "no reason"));
      else asked.resolve(reply);
    } else if (reply.janus === "event" && reply.sender !== undefined) {
      this.#listeners.get(reply.sender)?.(eventOf(reply));
    }
  }
}

interface PromiseWithResolver<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

function eventOf(reply: Reply): PluginEvent {
  return { data: reply.plugindata?.data ?? {}, ...(reply.jsep === undefined ? {} : { jsep: reply.jsep }) };
}
