import * as pulumi from "@pulumi/pulumi";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { expect, test } from "vitest";
import { Configuration } from "./configuration.ts";

test("a program's Configuration registers its intent as it stands, and its secrets as secrets", async () => {
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      registered.push(args);
      return { id: `${args.inputs["host"]}/${args.inputs["role"]}`, state: args.inputs };
    },
    call: () => ({}),
  });
  const connection = { address: "198.18.0.22", port: 22, user: "root", identityFile: "id", knownHostsFile: "known" };
  const intent = { files: { "/etc/motd": { content: "{{secret:KEY}}", mode: "0600" } }, units: { "frr.service": { enabled: true, running: true } } };
  const configuration = new Configuration("router", { host: "r-vinh", connection, ...intent, secrets: { KEY: "s3cr3t" } });
  const id = await new Promise((resolve) => configuration.id.apply(resolve));
  expect(id).toBe("r-vinh/router");
  expect(registered).toHaveLength(1);
  expect(registered[0]).toMatchObject({ type: "host:index:Configuration", name: "router" });
  expect(registered[0]?.inputs).toEqual({
    host: "r-vinh", role: "router", connection, ...intent, secrets: { [specialSigKey]: specialSecretSig, value: { KEY: "s3cr3t" } },
  });
});
