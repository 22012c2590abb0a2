import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogRequest, RequirePulumiVersionRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import { Failure } from "../../inventory/failure.ts";
import { pulumiVersion } from "./checkpoint.ts";
import type { Report } from "./report.ts";
import { Refusal, answer } from "./rpc.ts";
import { satisfies } from "./versionRange.ts";

/** Whom messages are for. */
export type MessageSink = Pick<Report, "error" | "say">;

/** The Engine service: what the program and the providers say to the user. */
export function engineService(report: MessageSink, source: string): UntypedServiceImplementation {
  let root = "";
  return {
    log: answer((request: LogRequest) => {
      log(report, request, source);
      return new emptyProtocol.Empty();
    }),
    getRootResource: answer(() => new protocol.GetRootResourceResponse().setUrn(root)),
    setRootResource: answer((request: SetRootResourceRequest) => {
      root = request.getUrn();
      return new protocol.SetRootResourceResponse();
    }),
    requirePulumiVersion: answer((request: RequirePulumiVersionRequest) => {
      const range = request.getPulumiVersionRange();
      if (!satisfies(pulumiVersion, range)) throw new Failure(`the program wants Pulumi ${range}; this engine is as ${pulumiVersion}`);
      return new protocol.RequirePulumiVersionResponse();
    }),
    startDebugging: answer((): never => {
      const refusal = new Refusal("a debugger", "the program");
      report.error(refusal.message, "engine");
      throw refusal;
    }),
  };
}

function log(report: MessageSink, request: LogRequest, source: string): void {
  const { DEBUG, INFO, WARNING, ERROR } = protocol.LogSeverity;
  const message = request.getMessage();
  const severity = request.getSeverity();
  const urn = request.getUrn();
  if (severity === DEBUG) return;
  if (severity === ERROR) report.error(gist(message), source, message);
  else if (severity === WARNING) report.say("warning", message, source, urn);
  else if (severity === INFO) report.say("info", message, source, urn);
}

/** The one line of an error that says what is wrong: not the executor's introduction, not the stack. */
export function gist(message: string): string {
  const [first = "", second] = message.split("\n").map((line) => line.trim());
  return first.startsWith("Running program ") && second !== undefined ? second.replace(/^<ref \*\d+> /, "") : first;
}
