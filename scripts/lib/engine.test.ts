import { expect, test } from "vitest";
import { layersOf, targetsOf } from "./engine.ts";

const vinh = "urn:pulumi:network.twin::egov::egov:network:Network$host:index:Configuration::r-vinh";

test("a target is a URN of one stack, a pattern for all, or a name", () => {
  expect(targetsOf(undefined, "network.twin")).toBeUndefined();
  expect(targetsOf([vinh], "network.twin")).toEqual([vinh]);
  expect(targetsOf([vinh], "mail.twin")).toEqual([]);
  expect(targetsOf(["urn:pulumi:*::egov::**::r-vinh"], "mail.twin")).toEqual(["urn:pulumi:*::egov::**::r-vinh"]);
  expect(targetsOf(["**::r-*"], "mail.twin")).toEqual(["**::r-*"]);
  expect(targetsOf(["r-vinh", vinh], "mail.twin")).toEqual(["**::r-vinh"]);
});

test("layers come in the order in which they are built, however they are named", () => {
  expect(layersOf({ only: ["mail", "network"] })).toEqual(["network", "mail"]);
  expect(layersOf({}).at(0)).toBe("network");
});
