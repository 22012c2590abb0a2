import { expect, test } from "vitest";
import type { PropertyChange, StepEvent } from "../../infra/engine/index.ts";
import { driftLines, stepLines } from "./changeText.ts";

const name = { urn: "urn:pulumi:network.twin::egov::host:index:Configuration::r-vinh", type: "host:index:Configuration", name: "r-vinh" };
const step = (op: StepEvent["op"], diff: readonly PropertyChange[]): StepEvent => ({ kind: "plan", ...name, op, diff });

const hostname: PropertyChange = {
  path: `files["/etc/hostname"].content`, kind: "update", old: "a\nb\n", new: "a\nc\n", replaces: false,
  hunks: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [" a", "-b", "+c"] }],
};

test("an update shows its lines", () => {
  expect(stepLines(step("update", [hostname]))).toEqual(["~ r-vinh", `    ~ files["/etc/hostname"].content`, "      @@ -1,2 +1,2 @@", "       a", "      -b", "      +c"]);
});

test("a value is cut short, unless it is wanted whole", () => {
  const change: PropertyChange = { path: "applied", kind: "update", old: "x".repeat(100), new: "y", replaces: false };
  expect(stepLines(step("update", [change]))[1]).toBe(`    ~ applied: "${"x".repeat(76)}… → "y"`);
  expect(stepLines(step("update", [change]), { full: true })[1]).toBe(`    ~ applied: "${"x".repeat(100)}" → "y"`);
});

test("a new resource is only named, unless all of it is wanted", () => {
  const content: PropertyChange = { path: "files.a.content", kind: "add", new: "one\ntwo\n", replaces: false };
  expect(stepLines(step("create", [content]))).toEqual(["+ r-vinh"]);
  expect(stepLines(step("create", [content]), { full: true })).toEqual(["+ r-vinh", "    + files.a.content", "      +one", "      +two"]);
});

test("drift tells what is gone and what differs", () => {
  expect(driftLines({ kind: "drift", ...name, gone: true, diff: [] })).toEqual(["- r-vinh: gone"]);
  expect(driftLines({ kind: "drift", ...name, gone: false, diff: [hostname] }).slice(0, 2)).toEqual(["~ r-vinh", `    ~ files["/etc/hostname"].content`]);
});
