/**
 * The gate stands between the participants' browsers and Janus: it lets in who holds an invitation, gives each what the role
 * allows, and keeps Janus's secrets to itself.
 */
import { createServer, type Server } from "node:http";
import { type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { Connection } from "./connection.ts";
import { type Invitation, readInvitation } from "./invitation.ts";
import { JanusSession } from "./janus.ts";
import { CLOSE, type FromGate, parseToGate, type RefusalReason } from "./protocol.ts";
import { Rooms } from "./rooms.ts";
import type { GateSettings } from "./settings.ts";
import { turnCredential } from "./turnCredential.ts";

/** A page that has opened a websocket says who it is at once. */
const HELLO_MILLISECONDS = 10_000;
/** Offers of a full room's video run to some tens of kilobytes. */
const LARGEST_MESSAGE_BYTES = 256 * 1024;
/** How long a page may take to agree that the connection is closed. */
const CLOSE_MILLISECONDS = 1_000;
/** A browser that is gone without a word is noticed after at most twice this. */
const PING_MILLISECONDS = 25_000;

export function createGate(settings: GateSettings): Server {
  const rooms = new Rooms();
  const removed = new Map<string, number>();
  const doors = new Map<string, Promise<void>>();
  const server = createServer((_request, response) => response.writeHead(426, { connection: "close" }).end());
  // The library's types do not know of closeTimeout yet.
  const options: ServerOptions & { readonly closeTimeout: number } = { server, maxPayload: LARGEST_MESSAGE_BYTES, closeTimeout: CLOSE_MILLISECONDS };
  const sockets = new WebSocketServer(options);
  sockets.on("connection", (socket) => {
    keepAlive(socket);
    void receive(socket, settings, { rooms, removed, doors });
  });
  return server;
}

interface Memory {
  readonly rooms: Rooms;
  /** Invitations that a moderator has ended, and when they would have ended by themselves. */
  readonly removed: Map<string, number>;
  /** An invitation → settled when its last connection has left Janus: a person who comes back waits for that. */
  readonly doors: Map<string, Promise<void>>;
}

/** Hears the page, one message after the other, until it is gone. */
async function receive(socket: WebSocket, settings: GateSettings, memory: Memory): Promise<void> {
  let turn: Promise<Connection | undefined> | undefined;
  const timer = setTimeout(() => { if (turn === undefined) socket.close(CLOSE.refused, "no hello"); }, HELLO_MILLISECONDS);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => clearTimeout(timer));
  socket.on("message", (data) => {
    const message = parseToGate(String(data));
    if (message === undefined || (turn === undefined) !== (message.type === "hello")) return socket.close(1008, "not of the protocol");
    if (message.type === "hello") {
      turn = admit(socket, message.token, settings, memory);
      return;
    }
    turn = turn!.then(async (connection) => {
      await connection?.handle(message);
      return connection;
    });
  });
}

async function admit(socket: WebSocket, token: string, settings: GateSettings, memory: Memory): Promise<Connection | undefined> {
  const invitation = invitationOf(token, settings, memory);
  if (typeof invitation === "string") {
    say(socket, { type: "refused", reason: invitation });
    socket.close(CLOSE.refused, invitation);
    return undefined;
  }
  memory.rooms.find<Connection>(invitation.room, invitation.id)?.close(CLOSE.replaced, "the link is used elsewhere");
  const before = memory.doors.get(invitation.id) ?? Promise.resolve();
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => { leave = resolve; });
  const door = before.then(() => left);
  memory.doors.set(invitation.id, door);
  void door.then(() => { if (memory.doors.get(invitation.id) === door) memory.doors.delete(invitation.id); });
  await before;
  try {
    return await enter(socket, invitation, settings, memory, leave);
  } catch {
    leave();
    socket.close(CLOSE.mediaServerGone, "the media server does not answer");
    return undefined;
  }
}

async function enter(socket: WebSocket, invitation: Invitation, settings: GateSettings, memory: Memory, onLeft: () => void): Promise<Connection | undefined> {
  const { rooms, removed } = memory;
  const janus = await JanusSession.open(settings.janus, settings.secrets.api, () => {
    socket.close(CLOSE.mediaServerGone, "the media server has gone");
    onLeft();
  });
  let connection: Connection | undefined;
  socket.on("close", () => {
    if (connection !== undefined) rooms.leave(invitation.room, connection);
    void janus.close();
  });
  if (socket.readyState !== WebSocket.OPEN) {
    await janus.close();
    return undefined;
  }
  say(socket, welcome(invitation, settings));
  try {
    connection = await Connection.join({
      socket, invitation, janus, rooms, settings, onRemoved: ({ id, expiresAt }) => { removed.set(id, expiresAt); },
    });
  } catch (error) {
    await janus.close();
    throw error;
  }
  // The page may have gone while it was let in.
  if (socket.readyState !== WebSocket.OPEN) rooms.leave(invitation.room, connection);
  return connection;
}

function invitationOf(token: string, settings: GateSettings, { removed }: Memory): Invitation | RefusalReason {
  const now = Date.now() / 1000;
  for (const [id, expiresAt] of removed) if (expiresAt <= now) removed.delete(id);
  const invitation = readInvitation(token, settings.secrets.invitations, now);
  if (typeof invitation === "string") return invitation;
  if (!Object.hasOwn(settings.rooms, invitation.room)) return "no-room";
  return removed.has(invitation.id) ? "removed" : invitation;
}

function welcome(invitation: Invitation, { rooms, videoKbps, turnUrls, secrets }: GateSettings): FromGate {
  return {
    type: "welcome",
    you: invitation.id,
    role: invitation.role,
    room: { slug: invitation.room, name: rooms[invitation.room] as string },
    videoKbps,
    iceServers: [{ urls: turnUrls, ...turnCredential(invitation.id, invitation.expiresAt, secrets.turn) }],
  };
}

function say(socket: WebSocket, message: FromGate): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function keepAlive(socket: WebSocket): void {
  let answered = true;
  socket.on("pong", () => { answered = true; });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MILLISECONDS);
  socket.on("close", () => clearInterval(timer));
}
