import { randomUUID } from "node:crypto";
import { Failure } from "../../inventory/failure.ts";
import type { PluginPool, PluginSettings } from "./pluginPool.ts";
import type { Provider } from "./provider.ts";
import type { ResourceState } from "./resourceState.ts";
import type { ConfigValue } from "./settings.ts";
import type { Snapshot } from "./snapshot.ts";
import type { StateLog } from "./stateLog.ts";
import type { Properties, Value } from "./types.ts";
import { makeUrn, nameOf, packageOf, parseProviderReference, providedPackage, providerType } from "./urn.ts";
import { asSecret } from "./values.ts";

/** A provider that is ready, with the reference under which the state names it. */
export interface ReadyProvider {
  readonly provider: Provider;
  readonly reference: string;
  readonly acceptsSecrets: boolean;
}

export interface RegistryOptions {
  readonly settings: PluginSettings;
  readonly plugins: PluginPool;
  readonly stack: string;
  readonly config: ReadonlyMap<string, ConfigValue>;
  readonly snapshot: Snapshot;
  /** Takes down default providers that enter the snapshot or change there. */
  readonly log: StateLog;
  readonly builtin: Provider;
}

/** The providers of one update: a plugin process for each configuration, started when first needed. */
export class ProviderRegistry {
  readonly #options: RegistryOptions;
  readonly #ready = new Map<string, Promise<ReadyProvider>>();
  readonly #defaults = new Map<string, Promise<ReadyProvider>>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** The provider of a resource type: the one referred to, else the package's default one. */
  async forResource(type: string, reference: string | undefined, version: string): Promise<ReadyProvider> {
    if (reference === undefined) return this.forPackage(packageOf(type), version);
    const { urn } = parseProviderReference(reference);
    const state = this.#options.snapshot.find(urn);
    if (state === undefined) throw new Failure(`its provider ${urn} is not registered`);
    return this.configured(state);
  }

  /** The default provider of a package, made with the stack's configuration for it. */
  forPackage(packageName: string, version: string): Promise<ReadyProvider> {
    const name = version === "" ? "default" : `default_${version.replaceAll(/[.+-]/g, "_")}`;
    const urn = makeUrn(this.#options.stack, this.#options.settings.project.name, undefined, providerType(packageName), name);
    let ready = this.#defaults.get(urn);
    if (ready === undefined) {
      ready = this.#makeDefault(urn, packageName, version);
      this.#defaults.set(urn, ready);
    }
    return ready;
  }

  /** The provider that a state's resource was made with. */
  forState(state: ResourceState): Promise<ReadyProvider> {
    if (state.provider === undefined) throw new Failure(`the state names no provider for ${state.urn}`);
    const provider = this.#options.snapshot.find(parseProviderReference(state.provider).urn);
    if (provider === undefined) throw new Failure(`the provider of ${state.urn} is missing from the state`);
    return this.configured(provider);
  }

  /** Starts and configures the plugin of a provider resource; once for each configuration. */
  configured(state: ResourceState): Promise<ReadyProvider> {
    const reference = `${state.urn}::${state.id ?? ""}`;
    const key = `${reference} ${JSON.stringify(state.inputs)}`;
    let ready = this.#ready.get(key);
    if (ready === undefined) {
      ready = this.#configure(state, reference);
      this.#ready.set(key, ready);
    }
    return ready;
  }

  /** Starts a plugin that will be needed, while there is other work to wait for. */
  prestart(packageName: string): void {
    if (packageName !== "pulumi") this.#options.plugins.prestart(packageName, this.#options.settings);
  }

  async #makeDefault(urn: string, packageName: string, version: string): Promise<ReadyProvider> {
    const { snapshot, log, config } = this.#options;
    const inputs: Record<string, Value> = version === "" ? {} : { version };
    for (const [key, { value, secret }] of config) {
      if (key.startsWith(`${packageName}:`)) inputs[key.slice(packageName.length + 1)] = secret ? asSecret(value) : value;
    }
    const old = snapshot.find(urn);
    const now = new Date().toISOString();
    const base = { urn, type: nameOf(urn).type, custom: true, inputs, outputs: inputs };
    const state: ResourceState = old === undefined ? { ...base, id: randomUUID(), created: now, modified: now } : { ...old, ...base };
    const ready = await this.configured(state);
    log.settle(old, state);
    return ready;
  }

  async #configure(state: ResourceState, reference: string): Promise<ReadyProvider> {
    const packageName = providedPackage(state.type);
    if (packageName === "pulumi") return { provider: this.#options.builtin, reference, acceptsSecrets: true };
    const inputs = state.inputs as Properties;
    const { provider } = await this.#options.plugins.configured(packageName, inputs, this.#options.settings, (plugin) =>
      plugin.provider.configure(packageName, state.urn, state.id ?? "", inputs));
    return { provider, reference, acceptsSecrets: provider.acceptsSecrets };
  }
}
