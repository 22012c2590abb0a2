import * as grpc from "@grpc/grpc-js";
import structProtocol from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { Failure } from "../../inventory/failure.ts";
import type { Properties } from "./types.ts";

const maxMessageBytes = 400 * 1024 * 1024;
export const channelOptions = {
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
  "grpc.server_max_unrequested_time_in_server": 1800,
};

export function toStruct(properties: Properties): Struct {
  return structProtocol.Struct.fromJavaScript(properties as Parameters<typeof structProtocol.Struct.fromJavaScript>[0]);
}

export function fromStruct(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** Starts a server on a free port of the loopback address. */
export async function listen(server: grpc.Server): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return `127.0.0.1:${port}`;
}

/** Serves a unary call by an async function; what it throws becomes the call's error. */
export function answer<Request, Response>(serve: (request: Request) => Response | Promise<Response>): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await serve(call.request));
      } catch (error) {
        const code = error instanceof Refusal ? grpc.status.UNIMPLEMENTED : grpc.status.UNKNOWN;
        callback({ code, details: (error as Error).message });
      }
    })();
  };
}

/** What the engine lacks, by name. It fails the update. */
export class Refusal extends Failure {
  constructor(feature: string, where: string) {
    super(`${where}: ${feature} is not supported by the embedded engine`, { advice: "use the Pulumi CLI for this program, or do without it" });
    this.name = "Refusal";
  }
}

/** The first line of what a call failed with, without gRPC's own words around it. */
export function callError(error: unknown): string {
  const { details, message } = error as Partial<grpc.ServiceError>;
  const text = (details === undefined || details === "" ? message : details) ?? String(error);
  return text.split("\n")[0] ?? text;
}
