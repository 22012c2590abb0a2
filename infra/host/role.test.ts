import * as pulumi from "@pulumi/pulumi";
import { resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { connectionOf } from "../reach.ts";
import { configureHosts } from "./role.ts";
import { mergeIntents } from "./merge.ts";

const { province } = loadProvince(resolve(import.meta.dirname, "../../inventory/small"));
const environment = province.environments.get("twin")!;
const args = { province, environment, connection: (host: Parameters<typeof connectionOf>[2]) => connectionOf(province, environment, host) };
const registered: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: (resource) => {
      registered.push(resource);
      return { id: resource.name, state: resource.inputs };
    },
    call: (call) => call.inputs,
  });
});

class Parent extends pulumi.ComponentResource {
  constructor() {
    super("egov:test:Parent", "parent", {});
  }
}

test("a host is one resource of the role, and is given only the secrets that its files ask for", async () => {
  const designs = new Map([
    ["core1", { files: { "/etc/a": { content: "key {{secret:ospf}}" } } }],
    ["fw1", { files: { "/etc/a": { content: "none" } } }],
  ]);
  const made = configureHosts(new Parent(), "network", designs, { ...args, secrets: { ospf: "abcd", bgp: "efgh" } });
  await Promise.all([...made.values()].map((one) => new Promise((done) => one.urn.apply(done))));
  const byName = new Map(registered.map((one) => [one.name, one.inputs]));
  expect(byName.get("core1")).toMatchObject({ host: "core1", role: "network", connection: { address: "198.18.8.2" } });
  expect(Object.keys(byName.get("core1")?.["secrets"].value ?? byName.get("core1")?.["secrets"])).toEqual(["ospf"]);
  expect(byName.get("fw1")).not.toHaveProperty("secrets");
});

test("a secret that nobody gave, and a host that is not there, stop the program", () => {
  const asking = { files: { "/etc/a": { content: "{{secret:ospf}}" } } };
  expect(() => configureHosts(new Parent(), "network", new Map([["core1", asking]]), args)).toThrow("a file asks for the secret 'ospf', which nobody gave");
  expect(() => configureHosts(new Parent(), "network", new Map([["core9", {}]]), args)).toThrow("the design names a host core9 that the province does not have");
});

test("parts of one intent are joined, and two claims on one file refused", () => {
  expect(mergeIntents([{ packages: ["b", "a"] }, { packages: ["a"], sysctls: { k: "1" } }])).toMatchObject({ packages: ["a", "b"], sysctls: { k: "1" } });
  expect(() => mergeIntents([{ files: { "/a": { content: "" } } }, { files: { "/a": { content: "" } } }])).toThrow("two parts of one intent claim the file /a");
});
