import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type AskJanus, readHandle, readJanus } from "./janus.ts";

/** Two participants who send and see each other, as Janus 1.1.2 told of them. */
const HANDLES = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/janus-handles.json"), "utf8")) as { session_id: number; handle_id: number }[];

const ask: AskJanus = async (path) => {
  const [, session, handle] = path.split("/").map(Number);
  if (session === undefined) return { sessions: [...new Set(HANDLES.map((one) => one.session_id)), 404] };
  if (handle === undefined) return session === 404 ? { error: { reason: "No such session" } } : { handles: HANDLES.filter((one) => one.session_id === session).map((one) => one.handle_id) };
  return { info: HANDLES.find((one) => one.handle_id === handle) };
};

test("people are counted once, with their room and site; sessions that end meanwhile do not matter", async () => {
  const { participants } = await readJanus(ask);
  expect(participants.map(({ room, site }) => `${room} ${site}`).toSorted()).toEqual(["toan-tinh huyen-bien", "toan-tinh huyen-nui"]);
});

test("each stream is told of with its direction, rate, loss and jitter", async () => {
  const { streams } = await readJanus(ask);
  expect(streams.map(({ site, direction, media }) => `${site} ${direction} ${media}`).toSorted()).toEqual([
    "huyen-bien from-participant audio", "huyen-bien from-participant video", "huyen-bien to-participant video",
    "huyen-nui from-participant video", "huyen-nui to-participant audio", "huyen-nui to-participant video",
  ]);
  expect(streams.find(({ site, direction, media }) => site === "huyen-nui" && direction === "to-participant" && media === "video")).toMatchObject({
    room: "toan-tinh", packets: 2508, bytes: 2_908_220, lost: 0, bitsPerSecond: 312_056 * 8, jitterSeconds: 0.075,
  });
  // A camera's three sizes together.
  expect(streams.find(({ site, direction, media }) => site === "huyen-bien" && direction === "from-participant" && media === "video")).toMatchObject({
    packets: 300 + 836 + 3740, bytes: 265_313 + 912_483 + 4_365_684, bitsPerSecond: (20_498 + 70_360 + 313_810) * 8, jitterSeconds: 0.01,
  });
});

test("loss is what the receiving side missed: Janus itself, or the participant", () => {
  const handle = (kind: string) => ({ opaque_id: `big/here/an/${kind}`, webrtc: { media: { 0: { type: "video", rtcp: { main: { lost: 3, "lost-by-remote": 40 }, sim1: { lost: 2 } } } } } });
  expect(readHandle(handle("publisher"))?.streams[0]).toMatchObject({ direction: "from-participant", lost: 5 });
  expect(readHandle(handle("subscriber"))?.streams[0]).toMatchObject({ direction: "to-participant", lost: 40 });
});

test.each([undefined, {}, { opaque_id: "somebody else's" }, { opaque_id: "a/b/c/janitor" }])("%j is none of the gate's", (info) => {
  expect(readHandle(info)).toBeUndefined();
});

test("somebody who is only there has no streams", () => {
  expect(readHandle({ opaque_id: "big/here/an/publisher" })?.streams).toEqual([]);
});

test("a wrong secret is an error", async () => {
  await expect(readJanus(async () => ({ janus: "error", error: { code: 403, reason: "Unauthorized" } }))).rejects.toThrow("Unauthorized");
});
