import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf, keep, recall } from "./cache.ts";
import { checkInventory, loadProvince, sourceOf } from "./index.ts";
import { copyOfSmall } from "./testing.ts";

let directory: string;
beforeEach(() => {
  directory = copyOfSmall();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a sound province is recalled as it was read, with the place of every value", () => {
  expect(recall(directory, digestOf(directory)!)).toBeUndefined();
  const { province: read } = loadProvince(directory);
  expect(recall(directory, digestOf(directory)!)).toBeDefined();
  const { province: recalled } = loadProvince(directory);
  expect(recalled).toEqual(read);
  for (const [name, host] of read.hosts) expect(sourceOf(recalled.hosts.get(name)!, "role")).toEqual(sourceOf(host, "role"));
  expect(sourceOf(recalled.routing.bgp, "stateAsn")).toEqual(sourceOf(read.routing.bgp, "stateAsn"));
});

test("a change is read, and a fault is found each time", () => {
  loadProvince(directory);
  const sites = path.join(directory, "sites.yaml");
  writeFileSync(sites, readFileSync(sites, "utf8").replace("Sở Mẫu", "Sở Khác"));
  expect(loadProvince(directory).province.sites.get("so-mau")?.name).toBe("Sở Khác");
  appendFileSync(sites, "  - nonsense\n");
  expect(checkInventory(directory).problems).not.toEqual([]);
  expect(checkInventory(directory).problems).not.toEqual([]);
});

test("a new file of the folder is seen", () => {
  loadProvince(directory);
  writeFileSync(path.join(directory, "liens.yaml"), "links: []\n");
  expect(checkInventory(directory).problems).toHaveLength(1);
});

test("what was kept under another digest does not count", () => {
  loadProvince(directory);
  const digest = digestOf(directory)!;
  const contents = recall(directory, digest)!;
  keep(directory, "another", contents);
  expect(recall(directory, digest)).toBeUndefined();
});
