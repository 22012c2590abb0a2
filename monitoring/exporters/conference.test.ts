import { expect, test } from "vitest";
import type { JanusStream } from "../probes/janus.ts";
import { conferenceMetrics } from "./conference.ts";

const DISTRICTS = { "huyen-bien": "huyen-bien", "so-mau": "none" };
const stream = (more: Partial<JanusStream>): JanusStream => ({
  room: "toan-tinh", site: "huyen-bien", participant: "p1", direction: "from-participant", media: "video", packets: 0, bytes: 0, lost: 0, bitsPerSecond: 0, jitterSeconds: 0, ...more,
});
const person = (site: string, participant: string, room = "toan-tinh") => ({ site, participant, room });

async function seriesOf(readings: readonly Parameters<ReturnType<typeof conferenceMetrics>["note"]>[0][]): Promise<Map<string, number>> {
  const { metrics, note } = conferenceMetrics(DISTRICTS);
  for (const reading of readings) note(reading);
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

test("rooms and participants are counted by site; who is at none of ours has no name", async () => {
  const series = await seriesOf([{ participants: [person("huyen-bien", "a"), person("huyen-bien", "b", "huyen-bien"), person("made-up", "c")], streams: [] }]);
  expect(series.get("video_rooms")).toBe(2);
  expect(series.get('video_participants{district="huyen-bien",site="huyen-bien"}')).toBe(2);
  expect(series.get('video_participants{district="none",site="none"}')).toBe(1);
  expect([...series.keys()].some((name) => name.includes("made-up"))).toBe(false);
});

test("counts only grow, whatever streams come and go", async () => {
  const lost = 'video_rtp_packets_lost_total{district="huyen-bien",site="huyen-bien",direction="from-participant"}';
  const at = (packets: number, missing: number, participant = "p1") => ({ participants: [], streams: [stream({ packets, lost: missing, participant })] });
  const series = await seriesOf([at(100, 1), at(300, 5), at(40, 2), { participants: [], streams: [] }, at(50, 3, "p2")]);
  expect(series.get(lost)).toBe(8);
  expect(series.get(lost.replace("_lost", ""))).toBe(350);
});

test("each site's worst jitter and whole bit rate, each direction apart", async () => {
  const series = await seriesOf([{ participants: [], streams: [
    stream({ jitterSeconds: 0.01, bitsPerSecond: 1000 }), stream({ media: "audio", jitterSeconds: 0.03, bitsPerSecond: 50 }),
    stream({ site: "so-mau", direction: "to-participant", bitsPerSecond: 7 }),
  ] }]);
  expect(series.get('video_jitter_seconds{district="huyen-bien",site="huyen-bien",direction="from-participant"}')).toBe(0.03);
  expect(series.get('video_bits_per_second{district="huyen-bien",site="huyen-bien",direction="from-participant"}')).toBe(1050);
  expect(series.get('video_bits_per_second{district="none",site="so-mau",direction="to-participant"}')).toBe(7);
});

test("a media server that does not answer is down, and nobody is in it", async () => {
  const series = await seriesOf([{ participants: [person("huyen-bien", "a")], streams: [] }, undefined]);
  expect(series.get("video_probe_success")).toBe(0);
  expect(series.get("video_rooms")).toBe(0);
  expect([...series.keys()].some((name) => name.startsWith("video_participants"))).toBe(false);
});
