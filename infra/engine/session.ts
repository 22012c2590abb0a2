import { join } from "node:path";
import { type Deployment as StoredDeployment, StateCodec, formatCheckpoint } from "./checkpoint.ts";
import { type Crypter, createCrypter, openCrypter } from "./crypter.ts";
import { takeLock } from "./lock.ts";
import { PluginPool } from "./pluginPool.ts";
import { type Project, readProject } from "./project.ts";
import { ProviderRegistry } from "./providerRegistry.ts";
import { Report } from "./report.ts";
import type { ResourceState } from "./resourceState.ts";
import type { Run } from "./run.ts";
import { type ConfigValue, type SettingsFile, openSettings } from "./settings.ts";
import { Slots } from "./slots.ts";
import { Snapshot } from "./snapshot.ts";
import { BuiltinProvider } from "./stackReference.ts";
import { StateStore } from "./stateStore.ts";
import { StateWriter } from "./stateWriter.ts";
import type { EngineOptions } from "./types.ts";

export const defaultParallel = 16;

export type Mode = "preview" | "up" | "destroy";

/** What is known of a stack before its state is read: enough to start the program. */
export interface Opening {
  readonly mode: Mode;
  readonly options: EngineOptions;
  readonly project: Project;
  readonly store: StateStore;
  readonly settings: SettingsFile;
  readonly report: Report;
  readonly config: ReadonlyMap<string, ConfigValue>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly compileCache: string;
  readonly plugins: PluginPool;
  /** Gives the lock back, and stops the plugins that are this update's own. */
  readonly release: () => Promise<void>;
}

/** A stack that is open for an update. */
export interface Session {
  readonly run: Run;
  readonly writer: StateWriter;
  readonly codec: StateCodec;
}

/** Reads project and settings and takes the lock. Throws a Failure; then nothing is held. */
export async function open(options: EngineOptions, mode: Mode): Promise<Opening> {
  const project = await readProject(options.projectDirectory);
  const store = new StateStore(options.stateDirectory, project.name, options.stack);
  const settings = await openSettings(options);
  const unlock = mode === "preview" ? async () => undefined : await takeLock(store.lockDirectory, options.stack);
  const report = new Report(options, mode === "preview");
  const plugins = options.plugins ?? await PluginPool.open(report);
  const release = async (): Promise<void> => {
    if (options.plugins === undefined) await plugins[Symbol.asyncDispose]();
    await unlock();
  };
  try {
    // Only secret configuration makes the program wait for the key.
    const salt = settings.encryptionSalt;
    const crypter = settings.hasSecrets && salt !== undefined ? await openCrypter(options.passphrase, salt, settings.path) : undefined;
    return {
      mode,
      options,
      project,
      store,
      settings,
      report,
      plugins,
      config: settings.values(crypter),
      environment: { ...process.env, ...options.environment },
      compileCache: join(project.directory, "node_modules", ".cache", "engine"),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Reads the state. `stopped` says why nothing new may be started; `stop` is told when the state cannot be saved. */
export async function load(opening: Opening, stopped: () => string | undefined, stop: (reason: string) => void): Promise<Session> {
  const { options, mode, store, settings, report, project } = opening;
  const stored = await store.read();
  const preview = mode === "preview";
  const crypter = await stackCrypter(opening, stored);
  const codec = new StateCodec(crypter);
  const resources = await decode(stored, codec, crypter, options.passphrase, store.path);
  warnOfPending(stored, report);
  const snapshot = new Snapshot(resources);

  const writer = new StateWriter(
    () => store.write(formatCheckpoint(options.stack, project.name, crypter.salt, snapshot.resources.map((state) => codec.encode(state)), stored ?? {})),
    (failure) => {
      report.error(failure.message, "engine");
      stop(failure.message);
    },
  );
  const touch = (): void => {
    if (!preview) writer.touch();
  };
  const providers = new ProviderRegistry({
    settings: { project, environment: opening.environment, compileCache: opening.compileCache },
    plugins: opening.plugins,
    stack: options.stack,
    config: opening.config,
    snapshot,
    codec,
    builtin: new BuiltinProvider(store, options.passphrase),
    onChange: touch,
  });
  if (!preview) {
    await store.prepare();
    if (settings.encryptionSalt === undefined) {
      settings.setSalt(crypter.salt);
      await settings.write();
    }
  }
  const run: Run = {
    preview,
    stack: options.stack,
    project: project.name,
    snapshot,
    codec,
    providers,
    report,
    slots: new Slots(options.parallel ?? defaultParallel),
    readings: new Map(),
    gone: new Set(),
    touch,
    stopped,
  };
  return { run, writer, codec };
}

/** The settings' key; where they have none, the state's; where that has none either, a new one. */
async function stackCrypter({ settings, store, options }: Opening, stored: StoredDeployment | undefined): Promise<Crypter> {
  if (settings.encryptionSalt !== undefined) return openCrypter(options.passphrase, settings.encryptionSalt, settings.path);
  const salt = stored?.secrets_providers?.state?.salt;
  if (salt !== undefined) return openCrypter(options.passphrase, salt, store.path);
  return createCrypter(options.passphrase);
}

async function decode(stored: StoredDeployment | undefined, codec: StateCodec, crypter: Crypter, passphrase: string, path: string): Promise<ResourceState[]> {
  const salt = stored?.secrets_providers?.state?.salt;
  const reader = salt === undefined || salt === crypter.salt ? crypter : await openCrypter(passphrase, salt, path);
  return (stored?.resources ?? []).map((state) => codec.decode(state, reader));
}

function warnOfPending(stored: StoredDeployment | undefined, report: Report): void {
  for (const { type, resource } of stored?.pending_operations ?? []) {
    report.say("warning", `an earlier update was interrupted while ${type} it: look whether it exists`, "engine", resource.urn);
  }
}
