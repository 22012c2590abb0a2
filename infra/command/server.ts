import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type {
  CheckRequest, ConfigureRequest, CreateRequest, DeleteRequest, DiffRequest, InvokeRequest, ReadRequest, UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb.js";
import type { CheckFailure } from "@pulumi/pulumi/provider/provider.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import { Failure } from "../../inventory/failure.ts";
import { channelOptions, fromStruct, listen, toStruct } from "../engine/rpc.ts";
import type { Properties as Struct } from "../engine/types.ts";
import type { Context } from "./model.ts";
import type { CommandProvider } from "./provider.ts";
import type { Properties } from "./secrets.ts";

/** An engine that does not take a message in this time does without. */
const LOG_SECONDS = 5;

/**
 * Serves the provider over Pulumi's protocol and prints the port. The SDK's own server passes on neither the provider's
 * configuration, nor whether it is a preview, nor that a call was given up, which this one does.
 */
export async function serve(provider: CommandProvider, parameters: readonly string[]): Promise<void> {
  const engineAddress = parameters.find((parameter) => !parameter.startsWith("-"));
  const server = new grpc.Server(channelOptions);
  server.addService((providerRpc as unknown as { ResourceProviderService: grpc.ServiceDefinition }).ResourceProviderService,
    service(provider, new Messages(engineAddress)));
  const address = await listen(server);
  process.once("SIGTERM", () => void provider.cancel().finally(() => process.exit(0)));
  console.log(address.split(":").at(-1));
}

function service(provider: CommandProvider, messages: Messages): grpc.UntypedServiceImplementation {
  const unary = <Request, Response>(urnOf: (request: Request) => string, work: (request: Request, context: Context) => Promise<Response>): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const given = new AbortController();
      call.on("cancelled", () => given.abort());
      const told = messages.about(urnOf(call.request));
      work(call.request, { signal: given.signal, say: told.say })
        .finally(told.sent)
        .then((response) => callback(null, response), (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: oneLine(error) }));
    };
  const about = (request: { getUrn(): string }): string => request.getUrn();
  const nothing = (): string => "";
  return {
    getPluginInfo: unary(nothing, async () => new pluginProto.PluginInfo().setVersion(provider.version)),
    getSchema: unary(nothing, async () => new protocol.GetSchemaResponse().setSchema(JSON.stringify({ name: "command", version: provider.version }))),
    configure: unary(nothing, async (request: ConfigureRequest) => {
      provider.configure(settingsOf(request));
      return new protocol.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: unary(about, async (request: CheckRequest) => {
      const { inputs, failures } = await provider.check(request.getUrn(), fromStruct(request.getNews()));
      return new protocol.CheckResponse().setInputs(struct(inputs)).setFailuresList(checkFailures(failures));
    }),
    diff: unary(about, async (request: DiffRequest) => {
      const { changes, replaces = [] } = await provider.diff(request.getUrn(), fromStruct(request.getOlds()), fromStruct(request.getNews()));
      const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
      return new protocol.DiffResponse().setChanges(changes === true ? DIFF_SOME : DIFF_NONE).setReplacesList(replaces);
    }),
    create: unary(about, async (request: CreateRequest, context) => {
      const { id, outs } = await provider.create(request.getUrn(), fromStruct(request.getProperties()), request.getPreview(), context);
      return new protocol.CreateResponse().setId(id).setProperties(struct(outs));
    }),
    read: unary(about, async (request: ReadRequest, context) => {
      const { id, props, inputs } = await provider.read(request.getId(), request.getUrn(), fromStruct(request.getProperties()), context);
      return new protocol.ReadResponse().setId(id ?? "").setProperties(struct(props)).setInputs(struct(inputs ?? {}));
    }),
    update: unary(about, async (request: UpdateRequest, context) => {
      const outs = await provider.update(request.getUrn(), fromStruct(request.getOlds()), fromStruct(request.getNews()), request.getPreview(), context);
      return new protocol.UpdateResponse().setProperties(struct(outs));
    }),
    delete: unary(about, async (request: DeleteRequest, context) => {
      await provider.delete(request.getUrn(), fromStruct(request.getProperties()), context);
      return new emptyProtocol.Empty();
    }),
    invoke: unary(nothing, async (request: InvokeRequest, context) => {
      const { outputs, failures } = await provider.invoke(request.getTok(), fromStruct(request.getArgs()), context);
      return new protocol.InvokeResponse().setReturn(struct(outputs ?? {})).setFailuresList(checkFailures(failures));
    }),
    cancel: unary(nothing, async () => {
      await provider.cancel();
      return new emptyProtocol.Empty();
    }),
  };
}

/** What an engine says of the provider's settings, as values or, in older ones, as variables `command:config:…`. */
function settingsOf(request: ConfigureRequest): Properties {
  const variables: Properties = {};
  for (const [key, value] of request.getVariablesMap().entries()) {
    variables[String(key).split(":").at(-1)!] = value;
  }
  return { ...variables, ...fromStruct(request.getArgs()) };
}

function struct(properties: unknown): ReturnType<typeof toStruct> {
  return toStruct(properties as Struct);
}

function checkFailures(failures: readonly CheckFailure[] = []): InstanceType<typeof protocol.CheckFailure>[] {
  return failures.map(({ property, reason }) => new protocol.CheckFailure().setProperty(property).setReason(reason));
}

function oneLine(error: unknown): string {
  const advice = error instanceof Failure && error.advice !== undefined ? ` (${error.advice})` : "";
  return `${error instanceof Error ? error.message : String(error)}${advice}`.replaceAll(/\s*\n\s*/g, "; ");
}

interface LogClient {
  log(request: unknown, metadata: grpc.Metadata, options: grpc.CallOptions, callback: () => void): void;
}

/** The engine's Log service. What cannot be delivered is dropped: it is no reason for a command to fail. */
class Messages {
  readonly #client: LogClient | undefined;

  constructor(engineAddress: string | undefined) {
    const { EngineClient } = engineRpc as unknown as { EngineClient: new (address: string, credentials: grpc.ChannelCredentials, options: object) => LogClient };
    this.#client = engineAddress === undefined ? undefined : new EngineClient(engineAddress, grpc.credentials.createInsecure(), channelOptions);
  }

  /** Messages about a resource, in order; `sent` resolves when the engine has all of them. */
  about(urn: string): { say: Context["say"]; sent: () => Promise<void> } {
    let last = Promise.resolve();
    const say: Context["say"] = (severity, line) => {
      const { INFO, WARNING } = engineProto.LogSeverity;
      const request = new engineProto.LogRequest().setUrn(urn).setMessage(line).setSeverity(severity === "info" ? INFO : WARNING);
      last = last.then(() => new Promise((resolve) => {
        if (this.#client === undefined) {
          resolve();
        } else {
          this.#client.log(request, new grpc.Metadata(), { deadline: Date.now() + LOG_SECONDS * 1000 }, resolve);
        }
      }));
    };
    return { say, sent: () => last };
  }
}
