import { expect, test } from "vitest";
import { choose } from "./choice.ts";
import { type Cli, findCli, readVersion } from "./cli/find.ts";

const fitting: Cli = { path: "/opt/bin/pulumi", version: "3.274.1", supported: true };
const old: Cli = { path: "/opt/bin/pulumi", version: "3.100.0", supported: false };

test.each([
  ["auto", fitting, {}, "pulumi"],
  ["auto", old, {}, "embedded"],
  ["auto", undefined, {}, "embedded"],
  ["auto", fitting, { rollbackOnFailure: true }, "embedded"],
  ["pulumi", fitting, {}, "pulumi"],
  ["embedded", fitting, {}, "embedded"],
] as const)("%s, with %o on the PATH, for %o: %s", (name, cli, wanted, expected) => {
  expect(choose(name, wanted, cli).name).toBe(expected);
});

test.each([
  [undefined, {}, "the Pulumi CLI is not on the PATH"],
  [old, {}, "/opt/bin/pulumi is of version 3.100.0; versions >=3.270.0 <4.0.0 can be driven"],
  [fitting, { rollbackOnFailure: true }, "the Pulumi CLI cannot take back what a failed update has done (--rollback-on-failure)"],
])("the CLI by its name, with %o on the PATH, for %o is refused", (cli, wanted, message) => {
  expect(() => choose("pulumi", wanted, cli)).toThrow(message);
});

test.each([
  ["v3.274.1\n", { version: "3.274.1", supported: true }],
  ["v3.275.0-dev.7+g1b59498\n", { version: "3.275.0", supported: true }],
  ["3.270.0\n", { version: "3.270.0", supported: true }],
  ["v3.269.3\n", { version: "3.269.3", supported: false }],
  ["v4.0.0\n", { version: "4.0.0", supported: false }],
  ["something else\n", { version: "something else", supported: false }],
])("reads the version that %j tells", (output, expected) => {
  expect(readVersion(output)).toEqual(expected);
});

test("no CLI is found where there is none", async () => {
  expect(await findCli("/nowhere")).toBeUndefined();
});
