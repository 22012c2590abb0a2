/** One fault a file in `faults/`: changes of the small province, beside every verdict that they change. Nothing else may change. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { auditTopology } from "./index.ts";
import { changedProvince, findingLines, type Change } from "./testing.ts";

/** Waivers of the shipped provinces hold on this day. */
const AT = new Date("2026-12-01T00:00:00Z");
const FAULTS = path.join(import.meta.dirname, "faults");

interface Fault {
  readonly change: readonly Change[];
  /** The verdicts that are new, and in `was` those of the sound province that are gone. */
  readonly findings: readonly string[];
  readonly was?: readonly string[];
}

const sound = findingLines(await auditTopology(loadProvince(SMALL).province, { at: AT }));

describe.each(readdirSync(FAULTS))("%s", (file) => {
  const { change, findings, was = [] } = parse(readFileSync(path.join(FAULTS, file), "utf8")) as Fault;

  test("is found, and nothing else", async () => {
    const report = await auditTopology(await changedProvince(change), { at: AT });
    const found = findingLines(report);
    // A change may move the lines of what was known before, and how many it concerns.
    const known = (line: string): string => line.replace(/^(\S+ WAIVED [^:]*): .*/, "$1").replace(/(\.yaml):\d+: /, "$1: ");
    const before = new Set(sound.map(known));
    const after = new Set(found.map(known));
    expect(found.filter((line) => !before.has(known(line)))).toEqual(findings);
    expect(sound.map(known).filter((line) => !after.has(line))).toEqual(was);
    expect(report.summary.ok).toBe(false);
  });
});

test.each(["small", "nghe-an"])("%s has no findings but waived ones", async (name) => {
  const { province } = loadProvince(path.join(SMALL, "..", name));
  const report = await auditTopology(province, { at: AT });
  expect(findingLines(report).filter((line) => !line.includes(" WAIVED "))).toEqual([]);
  expect(report.summary.ok).toBe(true);
});
