import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkInventory, Failure, initInventory } from "./index.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), "egov-init-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("another province passes the check under its own name, and editors find its schemas", () => {
  const directory = path.join(parent, "deep/ha-tinh");
  initInventory(directory, { name: 'Hà "Tĩnh": $&' });
  const { province, problems } = checkInventory(directory);
  expect(problems).toEqual([]);
  expect(province).toMatchObject({
    slug: "ha-tinh",
    name: 'Hà "Tĩnh": $&',
    services: { dns: { zone: "ha-tinh.gov.vn", contact: "hostmaster@ha-tinh.gov.vn" } },
  });
  expect([...province!.sites.values()].filter(({ kind }) => kind === "office")).toHaveLength(3);
  for (const file of readdirSync(directory)) {
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path.join(directory, file), "utf8"))?.[1];
    expect(JSON.parse(readFileSync(path.resolve(directory, schema ?? "none"), "utf8"))).toHaveProperty("$schema");
  }
  expect(readdirSync(path.dirname(directory))).toEqual(["ha-tinh"]);
});

test("an empty folder will do, and a slug may be given", () => {
  const directory = path.join(parent, "Tỉnh Mới");
  mkdirSync(directory);
  initInventory(directory, { slug: "moi" });
  expect(checkInventory(directory).province?.slug).toBe("moi");
});

test.each([
  ["a folder that holds something", "day", {}, /day: the folder is not empty/],
  ["a name that is no slug", "Hà Tĩnh", {}, /"Hà Tĩnh" is no slug/],
  ["a file in the way", "file/x", {}, /file\/x: cannot write the folder \(ENOTDIR\)/],
])("%s is refused and left as it was", (_, name, options, message) => {
  mkdirSync(path.join(parent, "day"));
  writeFileSync(path.join(parent, "day/mine"), "");
  writeFileSync(path.join(parent, "file"), "");
  expect(() => initInventory(path.join(parent, name), options)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message) as string }) as Failure,
  );
  expect(readdirSync(parent).toSorted()).toEqual(["day", "file"]);
  expect(readdirSync(path.join(parent, "day"))).toEqual(["mine"]);
});
