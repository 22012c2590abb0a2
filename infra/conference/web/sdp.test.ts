import { expect, test } from "vitest";
import { withStartBitrate } from "./sdp.ts";

const sdp = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join("");
const HEAD = ["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 useinbandfec=1"];

test("a codec without parameters gets a line of them, behind its name", () => {
  expect(withStartBitrate(sdp(...HEAD, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"), 2500))
    .toBe(sdp(...HEAD, "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=rtpmap:96 VP8/90000", "a=fmtp:96 x-google-start-bitrate=2500", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"));
});

test("a codec with parameters gets one more", () => {
  expect(withStartBitrate(sdp("m=video 9 UDP/TLS/RTP/SAVPF 102", "a=rtpmap:102 H264/90000", "a=fmtp:102 packetization-mode=1"), 900))
    .toBe(sdp("m=video 9 UDP/TLS/RTP/SAVPF 102", "a=rtpmap:102 H264/90000", "a=fmtp:102 packetization-mode=1;x-google-start-bitrate=900"));
});

test("an answer without pictures stays as it is", () => {
  expect(withStartBitrate(sdp(...HEAD), 2500)).toBe(sdp(...HEAD));
});
