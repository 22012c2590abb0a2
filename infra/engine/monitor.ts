import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/resource_pb.js";
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import providerProtocol from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Failure } from "../../inventory/failure.ts";
import type { Deployment } from "./deployment.ts";
import { readGoal, readReadGoal } from "./goal.ts";
import { oneLine } from "./report.ts";
import { Refusal, answer, fromStruct, toStruct } from "./rpc.ts";
import type { Run } from "./run.ts";
import type { ConfigValue } from "./settings.ts";
import type { Properties, Value } from "./types.ts";
import { stackType } from "./urn.ts";
import { isMap } from "./values.ts";

const features = protocol.ResourceMonitorFeature;
/** What the engine advertises: only what it does. The SDK itself refuses what is not here, or does without. */
const supported: ReadonlyMap<string, number> = new Map([
  ["secrets", features.RESOURCE_MONITOR_FEATURE_SECRETS],
  ["resourceReferences", features.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES],
  ["aliasSpecs", features.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS],
  ["deletedWith", features.RESOURCE_MONITOR_FEATURE_DELETED_WITH],
  ["replaceWith", features.RESOURCE_MONITOR_FEATURE_REPLACE_WITH],
  ["replacementTrigger", features.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER],
]);

export interface MonitorContext {
  readonly run: Run;
  readonly deployment: Deployment;
  readonly config: ReadonlyMap<string, ConfigValue>;
  readonly parallel: number;
  /** Resolves when resources may be touched. */
  readonly after: Promise<unknown>;
  /** The program has registered everything. */
  readonly onShutdown: () => void;
}

/** The ResourceMonitor service, as the program's SDK calls it. `context` is ready when the state is read. */
export function monitorService(context: Promise<MonitorContext>): UntypedServiceImplementation {
  return {
    getDeploymentInfo: answer(async () => deploymentInfo(await context)),
    supportsFeature: answer((request: SupportsFeatureRequest) => new protocol.SupportsFeatureResponse().setHassupport(supported.has(request.getId()))),
    registerResource: answer(async (request: RegisterResourceRequest) => registerResource(await context, request)),
    readResource: answer(async (request: ReadResourceRequest) => readResource(await context, request)),
    registerResourceOutputs: answer(async (request: RegisterResourceOutputsRequest) => {
      (await context).deployment.registerOutputs(request.getUrn(), withoutMarks(fromStruct(request.getOutputs())));
      return new emptyProtocol.Empty();
    }),
    invoke: answer(async (request: ResourceInvokeRequest) => invoke(await context, request)),
    signalAndWaitForShutdown: answer(async (): Promise<Empty> => {
      (await context).onShutdown();
      return new emptyProtocol.Empty();
    }),
    call: refuse(context, "calling a resource's method"),
    existsResource: refuse(context, "asking whether a resource exists"),
    registerStackTransform: refuse(context, "a transform of the whole stack"),
    registerStackInvokeTransform: refuse(context, "a transform of invokes"),
    registerResourceHook: refuse(context, "a resource hook"),
    registerErrorHook: refuse(context, "an error hook"),
    registerPackage: refuse(context, "a parameterized package"),
  };
}

function refuse(context: Promise<MonitorContext>, feature: string): UntypedServiceImplementation[string] {
  return answer(async (): Promise<never> => {
    const refusal = new Refusal(feature, "the program");
    (await context).run.report.error(refusal.message, "engine");
    throw refusal;
  });
}

function deploymentInfo({ run, config, parallel }: MonitorContext): InstanceType<typeof protocol.DeploymentInfo> {
  const info = new protocol.DeploymentInfo();
  info.setProject(run.project).setStack(run.stack).setOrganization("organization").setDryrun(run.preview).setParallel(parallel);
  for (const [key, { value, secret }] of config) {
    info.getConfigMap().set(key, value);
    if (secret) info.addConfigsecretkeys(key);
  }
  info.setSupportedfeaturesList([...supported.values()]);
  return info;
}

async function registerResource({ run, deployment, after }: MonitorContext, request: RegisterResourceRequest): Promise<InstanceType<typeof protocol.RegisterResourceResponse>> {
  // The stack itself touches nothing, and the program's modules are only loaded once it is registered.
  if (request.getType() !== stackType) await after;
  const goal = await reported(run, request, () => readGoal(request, run.stack, run.project));
  const outcome = await reported(run, request, () => deployment.register(goal));
  const response = new protocol.RegisterResourceResponse();
  return response.setUrn(outcome.urn).setId(outcome.id).setObject(toStruct(outcome.outputs)).setUnknown(outcome.missing);
}

async function readResource({ run, deployment, after }: MonitorContext, request: ReadResourceRequest): Promise<InstanceType<typeof protocol.ReadResourceResponse>> {
  await after;
  const goal = await reported(run, request, () => readReadGoal(request, run.stack, run.project));
  const outcome = await reported(run, request, () => deployment.read(goal));
  const response = new protocol.ReadResourceResponse();
  return response.setUrn(outcome.urn).setProperties(toStruct(outcome.outputs)).setUnknown(outcome.missing);
}

/** A registration that is refused fails the update, whatever the program makes of the error. */
async function reported<T>(run: Run, request: RegisterResourceRequest | ReadResourceRequest, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = [...run.report.failed.values(), ...run.report.errors].includes(oneLine(error));
    if (!known && run.stopped() === undefined) run.report.error(error instanceof Failure ? error.message : `${request.getName()}: ${oneLine(error)}`, "engine");
    throw error;
  }
}

async function invoke({ run, after }: MonitorContext, request: ResourceInvokeRequest): Promise<InstanceType<typeof protocol.ResourceInvokeResponse>> {
  await after;
  const token = request.getTok();
  const parameters = fromStruct(request.getArgs());
  const response = new protocol.ResourceInvokeResponse();
  if (token === "pulumi:pulumi:getResource") return response.setReturn(toStruct(getResource(run, String(parameters["urn"]))));
  const provider = request.getProvider();
  const ready = await run.providers.forResource(token, provider === "" ? undefined : provider, request.getVersion());
  const { outputs, failures } = await ready.provider.invoke(token, parameters, run.preview);
  for (const reason of failures) response.addFailures(new providerProtocol.CheckFailure().setReason(reason));
  return response.setReturn(toStruct(outputs));
}

function getResource(run: Run, urn: string): Properties {
  const state = run.snapshot.find(urn);
  if (state === undefined || !run.snapshot.isSettled(urn)) throw new Failure(`${urn}: there is no such resource`);
  return { urn, id: state.id ?? "", state: state.outputs };
}

/** In previews the SDK marks outputs that were resources. */
function withoutMarks(outputs: Properties): Properties {
  const strip = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(strip);
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => (key === "@isPulumiResource" ? [] : [[key, strip(member)]])));
  };
  return strip(outputs) as Properties;
}
