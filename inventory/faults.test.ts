/** One folder a fault in `fixtures/faults/`: files that replace those of the small province, and the exact messages. */
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkInventory, formatProblem, InventoryErrors, loadProvince } from "./index.ts";
import { copyOfSmall } from "./testing.ts";

const FAULTS = fileURLToPath(new URL("fixtures/faults/", import.meta.url));

let directory: string;
beforeEach(() => {
  directory = copyOfSmall();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function overlay(fault: string): string[] {
  const files = readdirSync(path.join(FAULTS, fault)).filter((name) => name.endsWith(".yaml"));
  for (const file of files) cpSync(path.join(FAULTS, fault, file), path.join(directory, file));
  return readFileSync(path.join(FAULTS, fault, "expected.txt"), "utf8")
    .trimEnd()
    .split("\n");
}

/** All messages, without the folder before the files' names. */
function messages(): string[] {
  return checkInventory(directory).problems.map((problem) => formatProblem(problem).replaceAll(`${directory}${path.sep}`, ""));
}

test.each(readdirSync(FAULTS))("%s", (fault) => {
  const expected = overlay(fault);
  expect(messages()).toEqual(expected);
});

test("a sound province has no problem", () => {
  expect(messages()).toEqual([]);
});

test("faults of several files, of syntax, schema and meaning, are found in one run", () => {
  const faults = [
    "capacity-zero",
    "qos-shares",
    "funds-line",
    "site-outside-vietnam",
    "commune-number",
    "yaml-open-quote",
    "unknown-file",
  ];
  const expected = faults.flatMap(overlay);
  expect(messages().toSorted()).toEqual(expected.toSorted());
  expect(() => loadProvince(directory)).toThrow(InventoryErrors);
});

test("the error of a load holds one line a problem", () => {
  const expected = [...overlay("qos-shares"), ...overlay("commune-number")];
  let caught: unknown;
  try {
    loadProvince(directory);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(InventoryErrors);
  const { message, problems } = caught as InventoryErrors;
  expect(message.replaceAll(`${directory}${path.sep}`, "").split("\n")).toEqual(expected.toSorted());
  expect(problems.map(({ column }) => column)).toEqual([59, 5]);
});

test("a file that cannot be read is named", () => {
  rmSync(path.join(directory, "qos.yaml"));
  symlinkSync("nowhere", path.join(directory, "qos.yaml"));
  expect(messages()).toEqual(["qos.yaml:1: the file cannot be read (ENOENT); make it readable"]);
});

test("a missing file and a missing folder are named", () => {
  rmSync(path.join(directory, "qos.yaml"));
  expect(messages()).toEqual(["qos.yaml:1: the file is missing; write it after schema/qos.schema.json"]);
  const gone = path.join(directory, "gone");
  expect(() => checkInventory(gone)).toThrow(`${gone}: cannot read the inventory's folder (ENOENT)`);
});

test("stack settings and hidden entries are left alone", () => {
  for (const name of ["Pulumi.yaml", "Pulumi.network.twin.yaml", ".hidden.yaml"])
    cpSync(path.join(directory, "qos.yaml"), path.join(directory, name));
  expect(messages()).toEqual([]);
});

test("a province may do without demand and waivers", () => {
  for (const name of ["demand.yaml", "waivers.yaml"]) rmSync(path.join(directory, name));
  expect(messages()).toEqual([]);
  expect(loadProvince(directory).province).toMatchObject({ waivers: [] });
});
