import { afterEach, expect, test } from "vitest";
import { stackContext } from "./context.ts";

const before = process.env["EGOV_INVENTORY"];
afterEach(() => {
  if (before === undefined) delete process.env["EGOV_INVENTORY"];
  else process.env["EGOV_INVENTORY"] = before;
});

test("a stack's name gives layer, environment and connections", () => {
  process.env["EGOV_INVENTORY"] = "inventory/small";
  const { layer, province, environment, connection } = stackContext("network.twin");
  expect([layer, province.slug, environment.name]).toEqual(["network", "tinh-mau", "twin"]);
  expect(connection(province.hosts.get("core1")!)).toMatchObject({
    address: "198.18.8.2", port: 22, user: "root",
    identityFile: "/run/egov/tinh-mau-twin/ssh/id_ed25519", knownHostsFile: "/run/egov/tinh-mau-twin/ssh/known_hosts",
  });
});

test("hosts that are there already are reached by the environment's own files", () => {
  process.env["EGOV_INVENTORY"] = "inventory/small";
  const { province, connection } = stackContext("network.production");
  expect(connection(province.hosts.get("core1")!)).toEqual({
    address: "10.63.240.2", port: 22, user: "root",
    identityFile: expect.stringMatching(/^\/.*\/\.ssh\/egov_ed25519$/), knownHostsFile: `${province.directory}/known_hosts`,
  });
});

test.each([
  ["network", "a stack is called LAYER.ENVIRONMENT, not 'network'"],
  ["network.twin.more", "a stack is called LAYER.ENVIRONMENT, not 'network.twin.more'"],
  ["network.moon", "the province has no environment 'moon' (stack 'network.moon')"],
])("%s is refused", (stack, message) => {
  process.env["EGOV_INVENTORY"] = "inventory/small";
  expect(() => stackContext(stack)).toThrow(message);
});
