/** A Janus for the gate's tests: answers as the VideoRoom does, and keeps what it was asked. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

export interface Asked {
  readonly janus: string;
  readonly apisecret?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly opaque_id?: string;
}

export interface FakeJanus extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Requests to the plugin of this kind. */
  requests(request: string): readonly Readonly<Record<string, unknown>>[];
  /** Ends every connection, as a Janus that was killed does. */
  kill(): void;
}

/** Janus takes its time to take a session apart. */
const DESTROY_MILLISECONDS = 100;

export async function fakeJanus(): Promise<FakeJanus> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const asked: Asked[] = [];
  let ids = 1;
  server.on("connection", (socket) => socket.on("message", (data) => {
    const request = JSON.parse(String(data)) as Asked & { transaction: string };
    asked.push(request);
    const { transaction, janus, body } = request;
    const say = (reply: object): void => socket.send(JSON.stringify({ transaction, ...reply }));
    if (janus === "create" || janus === "attach") return say({ janus: "success", data: { id: ids++ } });
    if (janus === "destroy") {
      setTimeout(() => {
        asked.push({ janus: "destroyed" });
        if (socket.readyState === WebSocket.OPEN) say({ janus: "success" });
      }, DESTROY_MILLISECONDS);
      return;
    }
    if (janus !== "message") return;
    say({ janus: "ack" });
    const data_ = body?.["request"] === "join" ? { videoroom: "joined", publishers: [] }
      : body?.["request"] === "publish" ? { videoroom: "event", streams: [{ type: "audio", mid: "0" }, { type: "video", mid: "1" }] } : { videoroom: "event" };
    const jsep = body?.["request"] === "publish" ? { jsep: { type: "answer", sdp: "v=0 answer" } } : {};
    return say({ janus: "event", sender: 1, plugindata: { data: data_ }, ...jsep });
  }));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, asked,
    requests: (request) => asked.flatMap(({ body }) => (body?.["request"] === request ? [body] : [])),
    kill: () => { for (const client of server.clients) client.terminate(); },
    [Symbol.asyncDispose]: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

/** A page for the gate's tests: what it heard, and a way to wait for more. */
export class FakePage {
  readonly heard: Readonly<Record<string, unknown>>[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => { this.heard.push(JSON.parse(String(data)) as Record<string, unknown>); });
    this.closed = new Promise((resolve) => { socket.on("close", resolve); });
  }

  static async open(url: string): Promise<FakePage> {
    const socket = new WebSocket(url);
    const page = new FakePage(socket);
    await once(socket, "open");
    return page;
  }

  say(message: object | string): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The first message of the type that is accepted, now or to come. Rejects after some seconds. */
  async hears(type: string, accept: (message: Readonly<Record<string, unknown>>) => boolean = () => true): Promise<Readonly<Record<string, unknown>>> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = this.heard.find((message) => message["type"] === type && accept(message));
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no ${type} among ${JSON.stringify(this.heard)}`);
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
  }
}
