import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arrival } from "./arrival.ts";
import { readIvf, vp8Size, writeIvf } from "./clip.ts";
import type { StreamCount } from "./load.ts";
import { meetingReport } from "./meeting.ts";

describe("what arrives", () => {
  test("is counted across the wrap of sequence numbers, in any order, and what does not arrive is lost", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 2, max: 2000 }), fc.nat(), (first, length, seed) => {
      const arrival = new Arrival(90_000);
      const numbers = Array.from({ length }, (_, n) => n);
      // Neighbours change places; inner ones are left out now and then.
      const dropped = numbers.filter((n) => n > 0 && n < length - 1 && (n * 7919 + seed) % 13 === 0);
      const sent = numbers.filter((n) => !dropped.includes(n));
      for (let n = 2; n + 2 < sent.length; n += 5) [sent[n], sent[n + 1]] = [sent[n + 1]!, sent[n]!];
      for (const n of sent) arrival.count((first + n) & 0xffff, n * 3000, n);
      expect(arrival.received).toBe(sent.length);
      expect(arrival.lost).toBe(dropped.length);
    }));
  });

  test("at the pace of its timestamps has no jitter; a packet 16 ms late adds one", () => {
    const arrival = new Arrival(90_000);
    for (let n = 0; n < 10; n++) arrival.count(n, n * 900, n * 10);
    expect(arrival.jitterMilliseconds).toBe(0);
    arrival.count(10, 9000, 116);
    expect(arrival.jitterMilliseconds).toBeCloseTo(1, 5);
  });
});

test("a film is read as it was written", () => {
  const film = { picturesPerSecond: 10, pictures: [{ data: Buffer.from("one"), time: 0 }, { data: Buffer.alloc(70_000, 7), time: 1 }] };
  expect(readIvf(writeIvf(film, 1280, 720))).toEqual(film);
  expect(() => readIvf(Buffer.from("RIFF"))).toThrow("not an IVF file");
});

test("a key frame of VP8 tells its size, other frames none", () => {
  const key = Uint8Array.of(0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02);
  expect(vp8Size(key)).toEqual({ width: 1280, height: 720 });
  expect(vp8Size(Uint8Array.of(0x11, ...key.subarray(1)))).toBeUndefined();
  expect(vp8Size(key.subarray(0, 9))).toBeUndefined();
});

describe("a meeting's report", () => {
  const people = [{ id: "a", site: "here", kind: "browser", sends: true }, { id: "b", site: "there", kind: "load client", sends: true }] as const;
  const count = (participant: string, change: Partial<StreamCount> = {}): StreamCount[] =>
    [{ participant, width: 1280, height: 720, received: 2000, lost: 10, jitterMilliseconds: 5, ...change }];
  const begin = [count("b", { received: 1000, lost: 5 }), count("a", { received: 1000, lost: 5 })];

  test("has no misses when everybody gets HD with little loss since the measuring began", () => {
    const report = meetingReport("big", 10, people, begin, [count("b"), count("a")]);
    expect(report.misses).toEqual([]);
    expect(report.participants[0]?.receptions).toEqual([{ from: "there", width: 1280, height: 720, packets: 1000, lost: 5, lossPercent: 100 * 5 / 1005, jitterMilliseconds: 5 }]);
  });

  test.each([
    ["a smaller picture", count("b", { width: 640, height: 360 }), "here sees there at 640×360, not 1280×720"],
    ["no picture", [], "here sees nothing of there"],
    ["loss", count("b", { lost: 35 }), "here loses 2.9 % of there, bound is 1 %"],
    ["a picture that stopped", count("b", { received: 1000, lost: 5 }), "here loses 100.0 % of there, bound is 1 %"],
  ])("names %s", (_, seen, miss) => {
    expect(meetingReport("big", 10, people, begin, [seen, count("a")]).misses).toEqual([miss]);
  });
});
