import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGate } from "./gate.ts";
import { type Invitation, signInvitation } from "./invitation.ts";
import type { Participant } from "./protocol.ts";
import { type FakeJanus, fakeJanus, FakePage } from "./testing.ts";

const SECRETS = { api: "secret-api", room: "secret-room", invitations: "secret-invitations", turn: "secret-turn" };
const LATER = Date.now() / 1000 + 3600;

let janus: FakeJanus;
let gate: Server;
let url: string;

beforeEach(async () => {
  janus = await fakeJanus();
  gate = createGate({
    listen: { host: "127.0.0.1", port: 0 }, janus: janus.url, rooms: { big: "Phòng lớn", small: "Phòng nhỏ" }, videoKbps: 2500, turnUrls: ["turn:t"], secrets: SECRETS,
  });
  gate.listen(0, "127.0.0.1");
  await once(gate, "listening");
  url = `ws://127.0.0.1:${(gate.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await janus[Symbol.asyncDispose]();
  gate.closeAllConnections();
  await new Promise((resolve) => { gate.close(resolve); });
});

const token = (change: Partial<Invitation> = {}, key = SECRETS.invitations): string =>
  signInvitation({ id: "an", room: "big", name: "An", role: "guest", site: "here", expiresAt: LATER, ...change }, key);

async function enter(change: Partial<Invitation> = {}): Promise<FakePage> {
  const page = await FakePage.open(url);
  page.say({ type: "hello", token: token(change) });
  await page.hears("participants");
  return page;
}

describe("who comes without a good invitation", () => {
  test.each([
    ["forged", token({}, "another key")],
    ["expired", token({ expiresAt: Date.now() / 1000 - 1 })],
    ["no-room", token({ room: "elsewhere" })],
    ["no-room", token({ room: "constructor" })],
    ["malformed", "hello"],
  ])("is told why (%s), and Janus hears nothing", async (reason, given) => {
    const page = await FakePage.open(url);
    page.say({ type: "hello", token: given });
    expect(await page.hears("refused")).toEqual({ type: "refused", reason });
    expect(await page.closed).toBe(4401);
    expect(janus.asked).toEqual([]);
  });

  test.each([{ type: "publish", sdp: "v=0" }, { type: "mute", participant: "an" }, "{", { type: "create" }])("and says %j first is shown out", async (message) => {
    const page = await FakePage.open(url);
    page.say(message);
    expect(await page.closed).toBe(1008);
    expect(janus.asked).toEqual([]);
  });
});

describe("in a room", () => {
  test("one enters only the room of the invitation, under its name", async () => {
    await enter({ room: "small" });
    expect(janus.requests("join")).toEqual([{ request: "join", ptype: "publisher", room: "small", pin: SECRETS.room, id: "an", display: "An" }]);
    expect(janus.asked.find((one) => one.janus === "attach")?.opaque_id).toBe("small/here/an/publisher");
  });

  test("no secret of Janus reaches a page", async () => {
    const page = await enter({ role: "moderator" });
    page.say({ type: "publish", sdp: "v=0 offer" });
    await page.hears("published");
    for (const secret of Object.values(SECRETS)) expect(JSON.stringify(page.heard)).not.toContain(secret);
    expect(janus.asked.every((one) => one.apisecret === SECRETS.api)).toBe(true);
  });

  test("people see who is there, who raises a hand, and who has left", async () => {
    const an = await enter();
    const binh = await enter({ id: "binh", name: "Bình" });
    const names = (message: Readonly<Record<string, unknown>>): string => (message["participants"] as Participant[]).map(({ name, hand }) => `${name}${hand ? "!" : ""}`).join(" ");
    binh.say({ type: "hand", raised: true });
    await an.hears("participants", (message) => names(message) === "An Bình!");
    an.heard.length = 0;
    binh.say({ type: "leave" });
    expect(await binh.closed).toBe(1000);
    await an.hears("participants", (message) => names(message) === "An");
  });

  test("rooms do not see each other", async () => {
    const an = await enter();
    await enter({ id: "binh", room: "small" });
    expect((an.heard.at(-1)?.["participants"] as Participant[]).map(({ id }) => id)).toEqual(["an"]);
  });

  test.each(["mute", "remove"])("a guest may not %s anybody", async (type) => {
    const an = await enter();
    await enter({ id: "binh" });
    an.say({ type, participant: "binh" });
    expect(await an.hears("denied")).toEqual({ type: "denied", request: type, reason: "not-a-moderator" });
    expect([...janus.requests("moderate"), ...janus.requests("kick")]).toEqual([]);
  });

  test("a moderator has no power over people of another room", async () => {
    const an = await enter({ role: "moderator" });
    await enter({ id: "binh", room: "small" });
    an.say({ type: "remove", participant: "binh" });
    expect(await an.hears("denied")).toEqual({ type: "denied", request: "remove", reason: "no-such-participant" });
    expect(janus.requests("kick")).toEqual([]);
  });

  test("a moderator mutes: Janus drops the sound, the person is told and may speak again", async () => {
    const an = await enter({ role: "moderator" });
    const binh = await enter({ id: "binh" });
    binh.say({ type: "publish", sdp: "v=0 offer" });
    await binh.hears("published");
    an.say({ type: "mute", participant: "binh" });
    await binh.hears("muted");
    const moderate = { request: "moderate", room: "big", secret: SECRETS.room, id: "binh", mid: "0" };
    expect(janus.requests("moderate")).toEqual([{ ...moderate, mute: true }]);
    binh.say({ type: "media", audio: true, video: true });
    await an.hears("participants", (message) => (message["participants"] as Participant[]).some(({ id, audio }) => id === "binh" && audio));
    expect(janus.requests("moderate").at(-1)).toEqual({ ...moderate, mute: false });
  });

  test("who was removed does not come back with the same link", async () => {
    const an = await enter({ role: "moderator" });
    const binh = await enter({ id: "binh" });
    an.say({ type: "remove", participant: "binh" });
    expect(await binh.closed).toBe(4403);
    expect(janus.requests("kick")).toEqual([{ request: "kick", room: "big", secret: SECRETS.room, id: "binh" }]);
    const again = await FakePage.open(url);
    again.say({ type: "hello", token: token({ id: "binh" }) });
    expect(await again.hears("refused")).toEqual({ type: "refused", reason: "removed" });
  });

  test("a link used a second time takes the place of the first", async () => {
    const first = await enter();
    const second = await enter();
    expect(await first.closed).toBe(4409);
    expect((second.heard.at(-1)?.["participants"] as Participant[]).map(({ id }) => id)).toEqual(["an"]);
    // Janus knows one of an id only, so the first must have left before the second joined.
    const order = janus.asked.flatMap(({ janus: kind, body }) => (kind === "destroyed" ? ["left"] : body?.["request"] === "join" ? ["joined"] : []));
    expect(order).toEqual(["joined", "left", "joined"]);
  });

  test("when Janus is gone, pages are told to come back, and can", async () => {
    const an = await enter();
    janus.kill();
    expect(await an.closed).toBe(4503);
    await enter();
  });
});
