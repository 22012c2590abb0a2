import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test, vi } from "vitest";

const registered: pulumi.runtime.MockResourceArgs[] = [];

/** Runs the program as the given stack, with mocks in the engine's place, and gives what it exports. */
async function run(stack: string, config: Record<string, string> = {}): Promise<Record<string, pulumi.Output<unknown>>> {
  registered.length = 0;
  await pulumi.runtime.setMocks(
    {
      newResource: (resource) => {
        registered.push(resource);
        const state = resource.type === "pulumi:pulumi:StackReference" ? { ...resource.inputs, outputs: { gateways: "somewhere else" } } : resource.inputs;
        return { id: resource.name, state };
      },
      call: (call) => call.inputs,
    },
    "egov",
    stack,
  );
  pulumi.runtime.setAllConfig(config, ["egov:ospf", "egov:bgp"]);
  vi.resetModules();
  return (await import("./index.ts")).default as Record<string, pulumi.Output<unknown>>;
}

const settled = <T>(value: pulumi.Input<T>) => new Promise<T>((done) => pulumi.output(value).apply((one) => done(one as T)));

beforeEach(() => {
  process.env["EGOV_INVENTORY"] = "inventory/small";
  return () => delete process.env["EGOV_INVENTORY"];
});

test("network.twin makes a configuration for every router, the state's edge too", async () => {
  const outputs = await run("network.twin", { "egov:ospf": "0123456789abcdef", "egov:bgp": "secret" });
  expect(Object.keys((await settled(outputs["loopbacks"])) as object)).toContain("tslcd1");
  await vi.waitFor(() => expect(registered.filter((one) => one.type === "host:index:Configuration").map((one) => one.name).toSorted()).toEqual([
    "agg1", "core1", "core2", "fw1", "r-huyen-bien", "r-huyen-nui", "r-so-mau", "tslcd1",
  ]));
});

test("network.production leaves the state's edge to the state", async () => {
  const outputs = await run("network.production", { "egov:ospf": "0123456789abcdef", "egov:bgp": "secret" });
  expect(Object.keys((await settled(outputs["loopbacks"])) as object)).not.toContain("tslcd1");
});

test.each([
  ["post.twin", "there is no layer 'post'. Layers are: network, datacenter, security, mail, conference, monitoring."],
  ["constructor.twin", "there is no layer 'constructor'. Layers are: network, datacenter, security, mail, conference, monitoring."],
  ["network.moon", "the province has no environment 'moon' (stack 'network.moon'). environments.yaml has: twin, twin-b, production."],
  ["network", "a stack is called LAYER.ENVIRONMENT, not 'network'. For example network.twin."],
])("%s is refused in one line", async (stack, message) => {
  const error = await run(stack).catch((one: unknown) => one);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect((error as Error).message).toBe(message);
});
