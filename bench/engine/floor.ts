/** The floor of running a program: the SDK's own executor against a monitor and an engine that do nothing. */
import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import monitorRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import protocol from "@pulumi/pulumi/proto/resource_pb.js";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import { join } from "node:path";
import { engineService } from "../../infra/engine/engineService.ts";
import { startProgram } from "../../infra/engine/program.ts";
import { readProject } from "../../infra/engine/project.ts";
import { answer, channelOptions, listen } from "../../infra/engine/rpc.ts";
import type { EngineOptions } from "../../infra/engine/index.ts";

/** What the SDK asks for before it registers anything; it goes its newest way when told so. */
const FEATURES = ["secrets", "resourceReferences", "deletedWith"];

/** Runs the program of a project to its end. Rejects when it fails. */
export async function runAgainstNothing(options: EngineOptions): Promise<void> {
  const server = new grpc.Server(channelOptions);
  server.addService((monitorRpc as unknown as { ResourceMonitorService: grpc.ServiceDefinition }).ResourceMonitorService, {
    supportsFeature: answer((request: { getId(): string }) => new protocol.SupportsFeatureResponse().setHassupport(FEATURES.includes(request.getId()))),
    registerResource: answer((request: RegisterResourceRequest) => new protocol.RegisterResourceResponse()
      .setUrn(`urn:pulumi:${options.stack}::bench::${request.getType()}::${request.getName()}`).setId("id").setObject(request.getObject())),
    registerResourceOutputs: answer(() => new emptyProtocol.Empty()),
    signalAndWaitForShutdown: answer(() => new emptyProtocol.Empty()),
  });
  const quiet = { error: () => {}, say: () => {} };
  server.addService((engineRpc as unknown as { EngineService: grpc.ServiceDefinition }).EngineService, engineService(quiet, "program"));
  try {
    const address = await listen(server);
    const program = startProgram({
      project: await readProject(options.projectDirectory), stack: options.stack, monitorAddress: address, engineAddress: address, parallel: 16, preview: false,
      config: new Map(), environment: { ...process.env, ...options.environment },
      compileCache: join(options.projectDirectory, "node_modules", ".cache", "engine"), onLine: (_stream, line) => console.error(line),
    });
    const { code } = await program.ended;
    if (code !== 0) throw new Error(`the program ended with ${code}`);
  } finally {
    server.forceShutdown();
  }
}
