import { expect, test } from "vitest";
import { parseToGate } from "./protocol.ts";

test.each([
  { type: "hello", token: "a.b" },
  { type: "candidate", peer: "publisher" },
  { type: "candidate", peer: "subscriber", candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 } },
  { type: "layer", mid: "1", substream: 2 },
  { type: "media", audio: true, video: false },
  { type: "leave" },
])("%j is a message", (message) => {
  expect(parseToGate(JSON.stringify(message))).toEqual(message);
});

test.each([
  "", "null", "[]", "7", "{", '{"type":"create"}', '{"type":"constructor"}', '{"type":"hello"}', '{"type":"hello","token":7}',
  '{"type":"layer","mid":"1","substream":3}', '{"type":"candidate","peer":"janus"}', '{"type":"candidate","peer":"publisher","candidate":{}}', '{"type":"mute"}',
])("%s is none", (text) => {
  expect(parseToGate(text)).toBeUndefined();
});
