import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
const vi = JSON.parse(read("messages.vi.json")) as Record<string, string>;
const en = JSON.parse(read("messages.en.json")) as Record<string, string>;

test("both languages have the same texts, in the same order, and none is empty or the same in both", () => {
  expect(Object.keys(en)).toEqual(Object.keys(vi));
  for (const key of Object.keys(vi)) {
    expect(vi[key]?.trim(), key).not.toBe("");
    expect(en[key]?.trim(), key).not.toBe("");
    expect(en[key], key).not.toBe(vi[key]);
  }
});

test("every text of the page's frame is there, and every text is used", () => {
  const frame = [...read("index.html").matchAll(/data-text="([^"]+)"/g)].map(([, key]) => key as string);
  for (const key of frame) expect(vi).toHaveProperty(key);
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).map(read);
  const protocol = readFileSync(join(import.meta.dirname, "../gate/protocol.ts"), "utf8");
  const unused = Object.keys(vi).filter((key) => !frame.includes(key) && ![...sources, protocol].some((source) => source.includes(`"${key}"`)));
  expect(unused).toEqual([]);
});
