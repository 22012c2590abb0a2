/** Whatever is damaged in the files, the check answers with problems or with a province, and never breaks. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FILES } from "./files.ts";
import { checkInventory } from "./index.ts";
import { copyOfSmall, SMALL } from "./testing.ts";

const TEXTS = new Map(FILES.map((name) => `${name}.yaml`).map((file) => [file, readFileSync(path.join(SMALL, file), "utf8").split("\n")]));

/** A line lost, doubled or cut short, or one of its words or numbers replaced. */
const damage = fc.record({
  file: fc.constantFrom(...TEXTS.keys()),
  line: fc.nat(30),
  word: fc.nat(12),
  kind: fc.constantFrom("lose", "double", "cut", "replace"),
  by: fc.constantFrom(
    "",
    "null",
    "-1",
    "0",
    "70000",
    "1.5",
    "[]",
    "{}",
    "[x]",
    '"10.61.0.0/16"',
    "core1",
    "huyen-nui",
    "__proto__",
    "true",
  ),
});

function apply(
  lines: readonly string[],
  { line, word, kind, by }: { line: number; word: number; kind: string; by: string },
): string[] {
  const at = 1 + (line % (lines.length - 1));
  const text = lines[at]!;
  if (kind === "lose") return lines.toSpliced(at, 1);
  if (kind === "double") return lines.toSpliced(at, 0, text);
  if (kind === "cut") return lines.toSpliced(at, 1, text.slice(0, Math.floor(text.length / 2)));
  const words = [...text.matchAll(/"[^"]*"|[^\s,:{}[\]]+/g)];
  const chosen = words[word % Math.max(1, words.length)];
  if (chosen === undefined) return [...lines];
  return lines.toSpliced(at, 1, text.slice(0, chosen.index) + by + text.slice(chosen.index + chosen[0].length));
}

test("damage gives problems with places, or a province", () => {
  const directory = copyOfSmall();
  try {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        for (const [file, lines] of TEXTS) writeFileSync(path.join(directory, file), lines.join("\n"));
        for (const one of damages) {
          const target = path.join(directory, one.file);
          writeFileSync(target, apply(readFileSync(target, "utf8").split("\n"), one).join("\n"));
        }
        const { province, problems } = checkInventory(directory);
        expect(province === undefined).toBe(problems.length > 0);
        for (const { file, line, message, remedy } of problems) {
          expect([path.dirname(file), line >= 1, message.includes("\n"), message === "", remedy === ""]).toEqual([
            directory,
            true,
            false,
            false,
            false,
          ]);
        }
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 120_000);
