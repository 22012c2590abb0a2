import * as grpc from "@grpc/grpc-js";
import eventsRpc from "@pulumi/pulumi/proto/events_grpc_pb.js";
import type { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import emptyProtocol from "google-protobuf/google/protobuf/empty_pb.js";
import { channelOptions, listen } from "../rpc.ts";
import type { CliEvent } from "./events.ts";

/** Takes the events that the CLI streams, live and without a file on disk. Disposing closes it. */
export class EventServer implements AsyncDisposable {
  /** What `--event-log` is to be. */
  readonly address: string;
  readonly #server: grpc.Server;

  private constructor(server: grpc.Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  static async open(onEvent: (event: CliEvent) => void): Promise<EventServer> {
    const server = new grpc.Server(channelOptions);
    server.addService(eventsRpc.EventsService, {
      streamEvents: (call: grpc.ServerReadableStream<EventRequest, emptyProtocol.Empty>, callback: grpc.sendUnaryData<emptyProtocol.Empty>) => {
        call.on("data", (request: EventRequest) => onEvent(JSON.parse(request.getEvent()) as CliEvent));
        call.on("end", () => callback(null, new emptyProtocol.Empty()));
        // A CLI that is killed breaks its stream off; its end says so.
        call.on("error", () => undefined);
      },
    });
    return new EventServer(server, `tcp://${await listen(server)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}
