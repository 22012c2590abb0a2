import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { engineService, type MessageSink } from "./engineService.ts";
import { type Plugin, type PluginHost, startPlugin } from "./plugins.ts";
import { channelOptions, listen } from "./rpc.ts";
import type { Properties } from "./types.ts";

export type PluginSettings = Omit<PluginHost, "signal" | "engineAddress" | "onLine">;

/**
 * Running provider plugins. An update has a pool of its own, unless its caller gives it one that several updates share:
 * a plugin is then started and configured once, and keeps what it holds, such as connections to hosts, from one update
 * to the next. Only providers with the same configuration are the same plugin. Disposing stops all of them.
 */
export class PluginPool implements AsyncDisposable {
  readonly #server: grpc.Server;
  readonly #engineAddress: string;
  readonly #sink: MessageSink;
  readonly #ending = new AbortController();
  readonly #started = new Set<Promise<Plugin>>();
  /** Package → a plugin that nobody has configured yet. */
  readonly #spare = new Map<string, Promise<Plugin>>();
  readonly #configured = new Map<string, Promise<Plugin>>();

  private constructor(server: grpc.Server, engineAddress: string, sink: MessageSink) {
    this.#server = server;
    this.#engineAddress = engineAddress;
    this.#sink = sink;
  }

  /** `sink` is told what the plugins say. */
  static async open(sink: MessageSink): Promise<PluginPool> {
    const server = new grpc.Server(channelOptions);
    server.addService((engineRpc as unknown as { EngineService: grpc.ServiceDefinition }).EngineService, engineService(sink, "provider"));
    return new PluginPool(server, await listen(server), sink);
  }

  /** Starts a plugin that will be needed, while there is other work to wait for. */
  prestart(packageName: string, settings: PluginSettings): void {
    if (this.#spare.has(packageName) || [...this.#configured.keys()].some((key) => key.startsWith(`${packageName} `))) return;
    const plugin = this.#launch(packageName, "", settings);
    plugin.catch(() => undefined);
    this.#spare.set(packageName, plugin);
  }

  /** The package's plugin with this configuration; `configure` is called for one that has none yet. */
  configured(packageName: string, inputs: Properties, settings: PluginSettings, configure: (plugin: Plugin) => Promise<void>): Promise<Plugin> {
    const key = `${packageName} ${JSON.stringify(inputs)}`;
    const known = this.#configured.get(key);
    if (known !== undefined) return known;
    const starting = this.#spare.get(packageName) ?? this.#launch(packageName, String(inputs["version"] ?? ""), settings);
    this.#spare.delete(packageName);
    const plugin = starting.then(async (started) => {
      await configure(started);
      void started.ended.then(() => this.#configured.delete(key));
      return started;
    });
    plugin.catch(() => this.#configured.delete(key));
    this.#configured.set(key, plugin);
    return plugin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#started].map((plugin) => plugin.then((running) => running.stop(), () => undefined)));
    this.#server.forceShutdown();
  }

  #launch(packageName: string, version: string, settings: PluginSettings): Promise<Plugin> {
    const plugin = startPlugin(packageName, version, {
      ...settings,
      engineAddress: this.#engineAddress,
      signal: this.#ending.signal,
      onLine: (name, stream, line) => this.#sink.say(stream === "stderr" ? "debug" : "info", line, `provider ${name}`),
    });
    this.#started.add(plugin);
    return plugin;
  }
}
