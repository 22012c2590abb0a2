import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

/** Plays `count` turns; `works` tells whether an attempt succeeds. Returns whose turn each was. */
function play(turns: Turns, count: number, works: (index: number) => boolean): number[] {
  return Array.from({ length: count }, () => {
    const index = turns.next();
    turns.note(index, works(index), 0);
    return index;
  });
}

test("all have their turn, round and round", () => {
  expect(play(new Turns(3), 7, () => true)).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

test("a first failure is tried again at once and does not count; the second counts, and the others go on", () => {
  const turns = new Turns(3);
  expect(turns.next()).toBe(0);
  expect(turns.note(0, false, 0)).toBeUndefined();
  expect(turns.next()).toBe(0);
  expect(turns.note(0, false, 0)).toBe(false);
  expect(turns.next()).toBe(1);
});

test("when one succeeds again, those that failed come first and quickly", () => {
  const turns = new Turns(4);
  play(turns, 8, () => false);
  expect(turns.isDue(4, 5, 1)).toBe(false);
  expect(turns.isDue(5, 5, 1)).toBe(true);
  expect(play(turns, 4, () => true).toSorted()).toEqual([0, 1, 2, 3]);
  const other = new Turns(4);
  play(other, 3, (index) => index !== 1);
  other.note(3, true, 0);
  expect(other.isDue(1, 5, 1)).toBe(true);
  expect(other.next()).toBe(1);
});

test("all well: at the usual pace", () => {
  const turns = new Turns(2);
  turns.note(0, true, 10);
  expect(turns.isDue(14, 5, 1)).toBe(false);
  expect(turns.isDue(15, 5, 1)).toBe(true);
});

test("at the start no failure counts until one has succeeded, or the time for it is over", () => {
  const late = new Turns(2, 90);
  for (const now of [10, 20, 89]) expect(late.note(0, false, now)).toBeUndefined();
  expect(late.note(0, false, 90)).toBe(false);
  const soon = new Turns(2, 90);
  expect([soon.note(0, false, 10), soon.note(0, false, 20), soon.note(1, true, 30)]).toEqual([undefined, undefined, true]);
  expect(soon.note(0, false, 40)).toBe(false);
});
