import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import statusProtocol from "@pulumi/pulumi/proto/status_pb.js";
import pluginProtocol from "@pulumi/pulumi/proto/plugin_pb.js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { IResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { CheckFailure, DiffResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import type { CustomTimeouts, ResourceState } from "./resourceState.ts";
import { parseDuration } from "./duration.ts";
import { callError, channelOptions, fromStruct, toStruct } from "./rpc.ts";
import type { Properties, Value } from "./types.ts";
import { nameOf, packageOf } from "./urn.ts";
import { flattenReferences, hasUnknown, isMap, revealSecrets } from "./values.ts";

const obituaryMilliseconds = 1000;
const planningSeconds = 30;
const cancelSeconds = 1;
const startSeconds = 60;

export interface ProviderDiff {
  /** `unknown`: the provider did not say. */
  readonly changes: "none" | "some" | "unknown";
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** Created, but it did not come up: it exists and must be remembered. */
export class InitFailure extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties | undefined;
  readonly reasons: readonly string[];

  constructor(id: string, outputs: Properties, inputs: Properties | undefined, reasons: readonly string[], message: string) {
    super(message);
    this.id = id;
    this.outputs = outputs;
    this.inputs = inputs;
    this.reasons = reasons;
  }
}

/** The provider's process ended, or did not answer in time: whether it did what it was asked is not known. */
export class LostCall extends Error {}

/** What the engine asks of whatever stands behind resources. */
export interface Provider {
  /** `seed`: what a name that the provider makes up comes from; the same seed gives the same name. */
  check(urn: string, olds: Properties, news: Properties, seed: Uint8Array): Promise<{ inputs: Properties; failures: string[] }>;
  /** The id that a resource of these checked inputs will have. Absent, or undefined: the provider does not know ahead. */
  plannedId?(urn: string, type: string, inputs: Properties): Promise<string | undefined>;
  diff(old: ResourceState, news: Properties, ignoreChanges: readonly string[]): Promise<ProviderDiff>;
  create(urn: string, inputs: Properties, preview: boolean, timeouts: CustomTimeouts | undefined): Promise<{ id: string; outputs: Properties }>;
  update(old: ResourceState, news: Properties, ignoreChanges: readonly string[], preview: boolean, timeouts: CustomTimeouts | undefined): Promise<Properties>;
  /** Undefined when the resource does not exist. */
  read(urn: string, id: string, outputs: Properties, inputs: Properties | undefined, timeouts: CustomTimeouts | undefined): Promise<{ id: string; outputs: Properties; inputs: Properties | undefined } | undefined>;
  delete(state: ResourceState): Promise<void>;
  invoke(token: string, parameters: Properties, preview: boolean): Promise<{ outputs: Properties; failures: string[] }>;
}

type Call<Request, Response> = (
  request: Request,
  metadata: grpc.Metadata,
  options: grpc.CallOptions,
  callback: (error: grpc.ServiceError | null, response: Response) => void,
) => grpc.ClientUnaryCall;

/** A provider plugin over gRPC. Errors that it throws are one line. */
export class PluginProvider implements Provider {
  readonly #client: IResourceProviderClient;
  /** Resolves, once the plugin's process has ended, to how. */
  readonly #obituary: Promise<string>;
  #acceptsSecrets = false;
  #acceptsResources = false;
  #previews = false;
  #refusesPlanning = false;
  /** False in a preview when its own configuration holds unknown values. */
  #configured = false;

  readonly #name: string;
  readonly #timeoutSeconds: number;

  /** `timeoutSeconds`: the longest that a call may take where customTimeouts says nothing. */
  constructor(name: string, address: string, obituary: Promise<string>, timeoutSeconds: number) {
    this.#name = name;
    this.#timeoutSeconds = timeoutSeconds;
    const Client = (service as unknown as { ResourceProviderClient: new (address: string, credentials: grpc.ChannelCredentials, options: object) => IResourceProviderClient }).ResourceProviderClient;
    this.#client = new Client(address, grpc.credentials.createInsecure(), channelOptions);
    this.#obituary = obituary;
  }

  /** Tells a plugin that has just been started who talks to it; older ones do not ask. */
  async handshake(engineAddress: string, rootDirectory: string, programDirectory: string): Promise<void> {
    const request = new protocol.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress).setRootDirectory(rootDirectory).setProgramDirectory(programDirectory).setConfigureWithUrn(true).setInvokeWithPreview(true);
    await this.#unlessUnimplemented(this.#call(this.#client.handshake, request, startSeconds));
  }

  /** The same for a provider that was running before. */
  async attach(engineAddress: string): Promise<void> {
    await this.#call(this.#client.attach, new pluginProtocol.PluginAttach().setAddress(engineAddress), startSeconds);
  }

  async #unlessUnimplemented<T>(call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if ((error as { code?: number }).code === grpc.status.UNIMPLEMENTED) return undefined;
      throw error;
    }
  }

  /**
   * Values in `inputs` are the provider resource's: strings, nested values as JSON. The plugin checks them first, and may
   * add what it takes from its environment.
   */
  async configure(packageName: string, urn: string, id: string, inputs: Properties): Promise<void> {
    if (hasUnknown(inputs)) return;
    const request = new protocol.ConfigureRequest();
    const { version: _version, pluginDownloadURL: _url, ...given } = inputs;
    const settings = await this.#checkConfiguration(urn, given);
    const plain = revealSecrets(settings) as Properties;
    for (const [key, value] of Object.entries(plain)) {
      request.getVariablesMap().set(`${packageName}:config:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    }
    const name = nameOf(urn);
    request.setArgs(toStruct(settings));
    request.setAcceptsecrets(true).setAcceptresources(true).setSendsOldInputs(true).setSendsOldInputsToDelete(true);
    request.setId(id).setUrn(urn).setName(name.name).setType(name.type);
    const response = await this.#call(this.#client.configure, request);
    this.#acceptsSecrets = response.getAcceptsecrets();
    this.#acceptsResources = response.getAcceptresources();
    this.#previews = response.getSupportspreview();
    this.#configured = true;
  }

  async #checkConfiguration(urn: string, settings: Properties): Promise<Properties> {
    const name = nameOf(urn);
    const request = new protocol.CheckRequest();
    request.setUrn(urn).setName(name.name).setType(name.type).setOlds(toStruct({})).setNews(toStruct(settings));
    const response = await this.#unlessUnimplemented(this.#call(this.#client.checkConfig, request));
    if (response === undefined) return settings;
    const failures = response.getFailuresList().map(describeFailure);
    if (failures.length > 0) throw new Error(`the provider ${this.#name} refuses its configuration: ${failures.join("; ")}`);
    return response.hasInputs() ? fromStruct(response.getInputs()) : settings;
  }

  get acceptsSecrets(): boolean {
    return this.#acceptsSecrets;
  }

  async check(urn: string, olds: Properties, news: Properties, seed: Uint8Array): Promise<{ inputs: Properties; failures: string[] }> {
    if (!this.#configured) return { inputs: news, failures: [] };
    const name = nameOf(urn);
    const request = new protocol.CheckRequest();
    request.setUrn(urn).setName(name.name).setType(name.type).setRandomseed(seed);
    request.setOlds(this.#out(olds)).setNews(this.#out(news));
    const response = await this.#call(this.#client.check, request);
    const failures = response.getFailuresList().map(describeFailure);
    return { inputs: fromStruct(response.getInputs()), failures };
  }

  /**
   * By a convention over Pulumi's protocol: the invoke `<package>:engine:plannedId` of `{urn, type, inputs}` answers
   * `{id}`. A provider that does not know it refuses once, and is not asked again.
   */
  async plannedId(urn: string, type: string, inputs: Properties): Promise<string | undefined> {
    if (this.#refusesPlanning) return undefined;
    const request = new protocol.InvokeRequest();
    request.setTok(`${packageOf(type)}:engine:plannedId`).setArgs(this.#out({ urn, type, inputs }));
    try {
      const { id } = fromStruct((await this.#call(this.#client.invoke, request, planningSeconds)).getReturn());
      if (typeof id === "string" && id !== "") return id;
    } catch {
      // Any error is a refusal: the convention is ours alone.
    }
    this.#refusesPlanning = true;
    return undefined;
  }

  async diff(old: ResourceState, news: Properties, ignoreChanges: readonly string[]): Promise<ProviderDiff> {
    if (!this.#configured) return { changes: "unknown", replaces: [], deleteBeforeReplace: false };
    const name = nameOf(old.urn);
    const request = new protocol.DiffRequest();
    request.setId(old.id ?? "").setUrn(old.urn).setName(name.name).setType(name.type);
    request.setOlds(this.#out(old.outputs)).setOldInputs(this.#out(old.inputs)).setNews(this.#out(news)).setIgnorechangesList([...ignoreChanges]);
    return readDiff(await this.#call(this.#client.diff, request));
  }

  /** The same for the provider's own configuration; `unknown` where it has no opinion. */
  async diffConfiguration(urn: string, id: string, old: ResourceState, news: Properties): Promise<ProviderDiff> {
    const name = nameOf(urn);
    const request = new protocol.DiffRequest();
    request.setId(id).setUrn(urn).setName(name.name).setType(name.type);
    request.setOlds(toStruct(old.outputs)).setOldInputs(toStruct(old.inputs)).setNews(toStruct(news));
    const response = await this.#unlessUnimplemented(this.#call(this.#client.diffConfig, request));
    return response === undefined ? { changes: "unknown", replaces: [], deleteBeforeReplace: false } : readDiff(response);
  }

  async create(urn: string, inputs: Properties, preview: boolean, timeouts: CustomTimeouts | undefined): Promise<{ id: string; outputs: Properties }> {
    if (preview && !(this.#configured && this.#previews)) return { id: "", outputs: inputs };
    const name = nameOf(urn);
    const seconds = parseDuration(timeouts?.create);
    const request = new protocol.CreateRequest();
    request.setUrn(urn).setName(name.name).setType(name.type).setProperties(this.#out(inputs)).setPreview(preview).setTimeout(seconds ?? 0);
    const response = await this.#call(this.#client.create, request, seconds);
    if (!preview && response.getId() === "") throw new Error("the provider created the resource but gave it no id");
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }

  async update(old: ResourceState, news: Properties, ignoreChanges: readonly string[], preview: boolean, timeouts: CustomTimeouts | undefined): Promise<Properties> {
    if (preview && !(this.#configured && this.#previews)) return news;
    const name = nameOf(old.urn);
    const seconds = parseDuration(timeouts?.update);
    const request = new protocol.UpdateRequest();
    request.setId(old.id ?? "").setUrn(old.urn).setName(name.name).setType(name.type).setPreview(preview).setTimeout(seconds ?? 0);
    request.setOlds(this.#out(old.outputs)).setOldInputs(this.#out(old.inputs)).setNews(this.#out(news)).setIgnorechangesList([...ignoreChanges]);
    return fromStruct((await this.#call(this.#client.update, request, seconds)).getProperties());
  }

  async read(urn: string, id: string, outputs: Properties, inputs: Properties | undefined, timeouts: CustomTimeouts | undefined): Promise<{ id: string; outputs: Properties; inputs: Properties | undefined } | undefined> {
    const name = nameOf(urn);
    const seconds = parseDuration(timeouts?.read);
    const request = new protocol.ReadRequest();
    request.setId(id).setUrn(urn).setName(name.name).setType(name.type).setProperties(this.#out(outputs)).setTimeout(seconds ?? 0);
    if (inputs !== undefined) request.setInputs(this.#out(inputs));
    const response = await this.#call(this.#client.read, request, seconds);
    if (response.getId() === "") return undefined;
    return { id: response.getId(), outputs: fromStruct(response.getProperties()), inputs: response.hasInputs() ? fromStruct(response.getInputs()) : undefined };
  }

  async delete(state: ResourceState): Promise<void> {
    const name = nameOf(state.urn);
    const seconds = parseDuration(state.customTimeouts?.delete);
    const request = new protocol.DeleteRequest();
    request.setId(state.id ?? "").setUrn(state.urn).setName(name.name).setType(name.type).setTimeout(seconds ?? 0);
    request.setProperties(this.#out(state.outputs)).setOldInputs(this.#out(state.inputs));
    await this.#call(this.#client.delete, request, seconds);
  }

  async invoke(token: string, parameters: Properties, preview: boolean): Promise<{ outputs: Properties; failures: string[] }> {
    const request = new protocol.InvokeRequest();
    request.setTok(token).setArgs(this.#out(parameters)).setPreview(preview);
    const response = await this.#call(this.#client.invoke, request);
    return { outputs: fromStruct(response.getReturn()), failures: response.getFailuresList().map(describeFailure) };
  }

  /** Lets it end what it has open; waits a second at most. */
  async cancel(): Promise<void> {
    await this.#call(this.#client.cancel, new emptyProtocol.Empty(), cancelSeconds).catch(() => undefined);
  }

  close(): void {
    (this.#client as unknown as grpc.Client).close();
  }

  #out(properties: Properties): ReturnType<typeof toStruct> {
    let value: Value = properties;
    if (!this.#acceptsSecrets) value = revealSecrets(value);
    if (!this.#acceptsResources) value = flattenReferences(value);
    return toStruct(isMap(value) ? value : {});
  }

  /** `seconds`: what customTimeouts gives the call; 0 stands for the provider's own, as absence does. */
  #call<Request, Response>(method: Call<Request, Response>, request: Request, seconds?: number): Promise<Response> {
    const custom = seconds !== undefined && seconds > 0 ? seconds : undefined;
    const deadline = Date.now() + (custom ?? this.#timeoutSeconds) * 1000;
    return new Promise((resolve, reject) => {
      // gRPC keeps a stack trace of every call, in case it fails; ours says what was called without it, and sooner.
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        method.call(this.#client, request, new grpc.Metadata(), { deadline }, (error, response) => {
          if (error === null) resolve(response);
          else void this.#explain(error, custom).then(reject);
        });
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  }

  async #explain(error: grpc.ServiceError, custom: number | undefined): Promise<Error> {
    if (error.code === grpc.status.UNAVAILABLE || error.code === grpc.status.CANCELLED) {
      // The connection breaks a little before the process is known to have ended.
      const obituary = await Promise.race([this.#obituary, sleep(obituaryMilliseconds, undefined, { ref: false })]);
      if (obituary !== undefined) return new LostCall(obituary, { cause: error });
    }
    if (error.code === grpc.status.DEADLINE_EXCEEDED) {
      const why = custom === undefined ? `the ${this.#timeoutSeconds} s that a call may take (customTimeouts gives more)` : `the ${custom} s that customTimeouts gives it`;
      return new LostCall(`the provider ${this.#name} hangs: not done after ${why}`, { cause: error });
    }
    const started = initFailure(error);
    if (started !== undefined) return started;
    return Object.assign(new Error(callError(error), { cause: error }), { code: error.code });
  }
}

function describeFailure(failure: CheckFailure): string {
  const property = failure.getProperty();
  return property === "" ? failure.getReason() : `${property}: ${failure.getReason()}`;
}

function readDiff(response: DiffResponse): ProviderDiff {
  const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
  const replaces = new Set(response.getReplacesList());
  // ADD_REPLACE, DELETE_REPLACE and UPDATE_REPLACE are the odd kinds.
  for (const [path, change] of response.getDetaileddiffMap().entries()) if (change.getKind() % 2 === 1) replaces.add(path);
  const changes = response.getChanges();
  return {
    changes: changes === DIFF_NONE ? "none" : changes === DIFF_SOME ? "some" : "unknown",
    replaces: [...replaces],
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}

function initFailure(error: grpc.ServiceError): InitFailure | undefined {
  const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(packed)) return undefined;
  for (const detail of statusProtocol.Status.deserializeBinary(packed).getDetailsList()) {
    if (detail.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") continue;
    const failed = protocol.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    const reasons = failed.getReasonsList();
    return new InitFailure(
      failed.getId(),
      fromStruct(failed.getProperties()),
      failed.hasInputs() ? fromStruct(failed.getInputs()) : undefined,
      reasons,
      `created, but it did not come up: ${reasons.join("; ") || callError(error)}`,
    );
  }
  return undefined;
}
