/** One folder a fault in `fixtures/faults/`: a plan, files that replace those of the small province, and the exact messages. */
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Failure, InventoryErrors, restructure } from "../index.ts";
import { copyOfSmall, SMALL } from "../testing.ts";

const FAULTS = fileURLToPath(new URL("fixtures/faults/", import.meta.url));

let copy: string | undefined;
afterEach(() => {
  if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
  copy = undefined;
});

test.each(readdirSync(FAULTS))("%s", (fault) => {
  const own = path.join(FAULTS, fault);
  const files = readdirSync(own).filter((name) => name.endsWith(".yaml") && name !== "plan.yaml");
  if (files.length > 0) copy = copyOfSmall();
  for (const file of files) cpSync(path.join(own, file), path.join(copy!, file));
  const expected = readFileSync(path.join(own, "expected.txt"), "utf8").trimEnd();
  expect(messageOf(() => restructure(copy ?? SMALL, path.join(own, "plan.yaml"))).replaceAll(`${own}/`, "")).toBe(expected);
});

test("a plan that cannot be read, and an inventory with a fault of its own, are named", () => {
  const directory = (copy = copyOfSmall());
  expect(messageOf(() => restructure(directory, path.join(directory, "none.yaml")))).toBe(`${directory}/none.yaml: cannot read the plan (ENOENT)`);
  cpSync(path.join(FAULTS, "../../../fixtures/faults/qos-shares/qos.yaml"), path.join(directory, "qos.yaml"));
  expect(() => restructure(directory, path.join(FAULTS, "move-to-body/plan.yaml"))).toThrow(InventoryErrors);
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return "no fault";
}
