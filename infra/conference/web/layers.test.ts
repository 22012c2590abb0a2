import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FRESH_PATH, next, type Path, type Sample, wantedLayer } from "./layers.ts";

const CLEAN: Sample = { received: 1000, lost: 0 };
const LOSSY: Sample = { received: 900, lost: 100 };
const after = (path: Path, ...samples: Sample[]): Path => samples.reduce(next, path);
const times = (count: number, sample: Sample): Sample[] => Array.from({ length: count }, () => sample);

describe("the size that a path carries", () => {
  test("falls with each lossy sample, down to the smallest", () => {
    expect(after(FRESH_PATH, LOSSY).ceiling).toBe(1);
    expect(after(FRESH_PATH, LOSSY, LOSSY).ceiling).toBe(0);
    expect(after(FRESH_PATH, ...times(5, LOSSY)).ceiling).toBe(0);
  });

  test("rises again after some time without loss", () => {
    const fallen = after(FRESH_PATH, LOSSY, LOSSY);
    expect(after(fallen, ...times(fallen.patience - 1, CLEAN)).ceiling).toBe(0);
    expect(after(fallen, ...times(fallen.patience, CLEAN)).ceiling).toBe(1);
    expect(after(fallen, ...times(2 * fallen.patience, CLEAN)).ceiling).toBe(2);
  });

  test("rises even while the smallest picture brings but a few packets", () => {
    expect(after(FRESH_PATH, LOSSY, LOSSY, ...times(100, { received: 20, lost: 0 })).ceiling).toBe(2);
  });

  test("is not tried again for longer each time that a try fails, until one has held", () => {
    const fallen = after(FRESH_PATH, LOSSY);
    const tried = after(fallen, ...times(fallen.patience, CLEAN));
    expect(tried.ceiling).toBe(2);
    const failed = after(tried, CLEAN, LOSSY);
    expect(failed.patience).toBe(2 * fallen.patience);
    expect(after(failed, ...times(failed.patience - 1, CLEAN)).ceiling).toBe(1);
    const held = after(failed, ...times(2 * failed.patience, CLEAN));
    expect(after(held, LOSSY).patience).toBe(FRESH_PATH.patience);
  });

  test("a little loss neither lowers nor raises it", () => {
    const little: Sample = { received: 970, lost: 30 };
    expect(after(FRESH_PATH, ...times(100, little)).ceiling).toBe(2);
    expect(after(FRESH_PATH, LOSSY, ...times(100, little)).ceiling).toBe(1);
  });

  test("a few packets say nothing", () => {
    expect(after(FRESH_PATH, { received: 1, lost: 8 })).toEqual(FRESH_PATH);
  });

  test("stays within its bounds, whatever happens", () => {
    const sample = fc.record({ received: fc.nat(5000), lost: fc.nat(5000) });
    fc.assert(fc.property(fc.array(sample, { maxLength: 200 }), (samples) => {
      const { ceiling, patience } = after(FRESH_PATH, ...samples);
      expect([0, 1, 2]).toContain(ceiling);
      expect(patience).toBeLessThanOrEqual(60);
    }));
  });
});

describe("the size that is asked for", () => {
  test.each([
    ["grid", 2, 2], ["grid", 6, 2], ["grid", 7, 1], ["grid", 17, 0], ["main", 30, 2], ["strip", 2, 0],
  ] as const)("%s among %i pictures: %i", (place, pictures, layer) => {
    expect(wantedLayer(place, pictures, FRESH_PATH)).toBe(layer);
  });

  test("is never larger than the path carries", () => {
    expect(wantedLayer("main", 2, after(FRESH_PATH, LOSSY, LOSSY))).toBe(0);
  });
});
