import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { credentials } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoDaemon, startTestHost, type TestHost } from "./testing.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const RUN_PLUGIN = fileURLToPath(import.meta.resolve("@pulumi/pulumi/cmd/run-plugin/index.js"));
const URN = "urn:pulumi:test::egov::egov:network:Router$host:index:Configuration::demo";

type Properties = Record<string, any>;

/** The provider as Pulumi runs it: a process that prints its port and speaks gRPC. */
class Launched {
  stderr = "";
  readonly #process: ChildProcess;
  readonly #client: any;

  private constructor(process: ChildProcess, port: string) {
    this.#process = process;
    process.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  static async start(...args: string[]): Promise<Launched> {
    const process_ = spawn(process.execPath, [...args, "127.0.0.1:1"], { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
    const [port] = (await once(createInterface(process_.stdout!), "line")) as [string];
    return new Launched(process_, port);
  }

  async call(method: string, request: string, fields: Properties): Promise<any> {
    const message = new (providerProto as any)[request]();
    for (const [field, value] of Object.entries(fields)) {
      message[`set${field}`](typeof value === "object" ? struct.Struct.fromJavaScript(value) : value);
    }
    return new Promise((resolve, reject) =>
      this.#client[method](message, (error: Error | null, answer: unknown) => (error ? reject(error) : resolve(answer))));
  }

  async stop(): Promise<void> {
    this.#client.close();
    this.#process.kill("SIGTERM");
    await once(this.#process, "exit");
  }
}

test.each([["by itself", [`${FOLDER}index.js`]], ["by Pulumi's run-plugin", [RUN_PLUGIN, FOLDER]]])("it starts %s", async (_, args) => {
  const provider = await Launched.start(...args);
  try {
    const answer = await provider.call("check", "CheckRequest", { Urn: URN, Olds: {}, News: { host: "r-vinh", files: { x: { content: "" } } } });
    expect(answer.toObject().failuresList).toEqual([
      { property: "connection", reason: "is missing: address, port, user, identityFile, knownHostsFile" },
      { property: 'files["x"]', reason: "a path begins with /" },
    ]);
  } finally {
    await provider.stop();
  }
});

describe("a Configuration over the protocol", () => {
  let host: TestHost;
  let stop: () => Promise<void>;
  let provider: Launched;

  beforeAll(async () => {
    ({ host, stop } = await startTestHost("provider", 214));
    provider = await Launched.start(`${FOLDER}index.js`);
  });
  afterAll(async () => {
    await provider?.stop();
    await stop?.();
  });

  const secret = (value: unknown): Properties => ({ [specialSigKey]: specialSecretSig, value });
  const inputs = (content: string): Properties => JSON.parse(JSON.stringify({
    host: "r-vinh",
    connection: host.connection,
    ...demoDaemon("demo", content),
    secrets: { KEY: secret("s3cr3t") },
  })) as Properties;
  const withKey = (content: string): Properties => {
    const wanted = inputs(content);
    wanted["files"]["/etc/demo/demo.conf"].mode = "0600";
    return wanted;
  };
  const check = async (news: Properties): Promise<Properties> =>
    (await provider.call("check", "CheckRequest", { Urn: URN, Olds: {}, News: news })).getInputs().toJavaScript() as Properties;
  const diff = async (olds: Properties, news: Properties): Promise<Properties> =>
    (await provider.call("diff", "DiffRequest", { Id: "r-vinh/demo", Urn: URN, Olds: olds, News: news })).toObject() as Properties;
  const [NONE, SOME] = [1, 2];

  test("is made, compared, read, changed and deleted", async () => {
    const wanted = await check(withKey("key {{secret:KEY}}\n"));
    expect(wanted).toMatchObject({ role: "demo", secrets: secret({ KEY: "s3cr3t" }) });
    const made = await provider.call("create", "CreateRequest", { Urn: URN, Properties: wanted });
    expect(made.getId()).toBe("r-vinh/demo");
    const planned = await provider.call("invoke", "InvokeRequest", { Tok: "host:engine:plannedId", Args: { urn: URN, type: "host:index:Configuration", inputs: wanted } });
    expect(planned.getReturn().toJavaScript()).toEqual({ id: "r-vinh/demo" });
    // After an interrupted create the engine knows the inputs only.
    const adopted = await provider.call("read", "ReadRequest", { Id: "r-vinh/demo", Urn: URN, Properties: wanted });
    expect(adopted.getProperties().toJavaScript()).toEqual({ ...wanted, applied: [] });
    const state = made.getProperties().toJavaScript() as Properties;
    expect(state).toEqual({ ...wanted, applied: ["wrote /etc/demo/demo.conf", "wrote /etc/systemd/system/demo.service", "enabled demo.service", "started demo.service"] });
    expect(await diff(state, wanted)).toMatchObject({ changes: NONE, replacesList: [] });
    expect(await diff(state, { ...wanted, role: "other" })).toMatchObject({ changes: SOME, replacesList: ["role"], deletebeforereplace: true });

    await host.sh("echo more >> /etc/demo/demo.conf");
    const read = await provider.call("read", "ReadRequest", { Id: "r-vinh/demo", Urn: URN, Properties: state });
    const real = read.getProperties().toJavaScript() as Properties;
    expect(real["files"]["/etc/demo/demo.conf"].content).toBe("key {{secret:KEY}}\nmore\n");
    expect(read.getInputs().toJavaScript()).toEqual({ ...real, applied: undefined });
    expect(await diff(real, wanted)).toMatchObject({ changes: SOME, replacesList: [] });

    const updated = await provider.call("update", "UpdateRequest", { Id: "r-vinh/demo", Urn: URN, Olds: real, News: wanted });
    expect(updated.getProperties().toJavaScript()["applied"]).toEqual(["wrote /etc/demo/demo.conf", "reloaded demo"]);
    const moved = { ...wanted, connection: { ...wanted["connection"], timeoutSeconds: 5 } };
    const reached = await provider.call("update", "UpdateRequest", { Id: "r-vinh/demo", Urn: URN, Olds: state, News: moved });
    expect(reached.getProperties().toJavaScript()).toEqual({ ...moved, applied: state["applied"] });

    await provider.call("delete", "DeleteRequest", { Id: "r-vinh/demo", Urn: URN, Properties: state });
    const gone = await provider.call("read", "ReadRequest", { Id: "r-vinh/demo", Urn: URN, Properties: state });
    expect(gone.getId()).toBe("");
  });

  test("refuses secrets outside of secrets, and types that it does not have", async () => {
    const answer = await provider.call("check", "CheckRequest", { Urn: URN, Olds: {}, News: { ...inputs("x"), files: secret({}), services: [] } });
    expect(answer.toObject().failuresList).toEqual([
      { property: "files", reason: "holds a secret: put it into secrets and write {{secret:NAME}} in its place" },
    ]);
    await expect(provider.call("check", "CheckRequest", { Urn: URN.replace("Configuration", "Thing"), Olds: {}, News: {} }))
      .rejects.toThrow("the provider host has host:index:Configuration only, not host:index:Thing");
  });

  test("fails in one line that names the host, without a stack", async () => {
    const address = host.connection.address;
    const create = async (wanted: Properties): Promise<unknown> => provider.call("create", "CreateRequest", { Urn: URN, Properties: await check(wanted) });
    await expect(create(withKey("refused {{secret:KEY}}\n")))
      .rejects.toThrow(new RegExp(`r-vinh \\(${address}\\): demo refuses /etc/demo/demo\\.conf: /etc/demo/demo\\.conf:1: refused$`));
    const away = inputs("x\n");
    away["connection"] = { ...away["connection"], port: 9, timeoutSeconds: 1, knownHostsFile: host.connection.knownHostsFile };
    const state = await check(away);
    const refusal = `r-vinh (${address}): its host key is not in ${host.connection.knownHostsFile}`;
    await expect(provider.call("read", "ReadRequest", { Id: "r-vinh/demo", Urn: URN, Properties: state })).rejects.toThrow(refusal);
    await expect(provider.call("delete", "DeleteRequest", { Id: "r-vinh/demo", Urn: URN, Properties: state })).rejects.toThrow(refusal);
    expect(provider.stderr).not.toMatch(/^\s+at /m);
    expect(provider.stderr).not.toContain("s3cr3t");
  });
});
