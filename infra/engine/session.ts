import { join } from "node:path";
import { type PendingOperation, StateCodec } from "./checkpoint.ts";
import { type Crypter, createCrypter, openCrypter } from "./crypter.ts";
import { checkIntegrity } from "./integrity.ts";
import { takeLock } from "./lock.ts";
import { inOrder, isInOrder } from "./order.ts";
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
import { StateLog } from "./stateLog.ts";
import { StateStore, type StoredState } from "./stateStore.ts";
import { Targets } from "./targets.ts";
import type { EngineOptions } from "./types.ts";

export const defaultParallel = 16;
/** So that nothing hangs for ever. */
const defaultCallTimeoutSeconds = 3600;

/** `drift` is a refresh that only tells. */
export type Mode = "preview" | "up" | "destroy" | "refresh" | "drift";

/** True for what changes nothing, on disk or anywhere else. */
export function isDry(mode: Mode): boolean {
  return mode === "preview" || mode === "drift";
}

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
  readonly log: StateLog;
  readonly codec: StateCodec;
}

/** Reads project and settings and takes the lock. Throws a Failure; then nothing is held. */
export async function open(options: EngineOptions, mode: Mode): Promise<Opening> {
  const project = await readProject(options.projectDirectory);
  const store = new StateStore(options.stateDirectory, project.name, options.stack);
  const settings = await openSettings(options);
  const unlock = isDry(mode) ? async () => undefined : await takeLock(store.lockDirectory, options.stack);
  const report = new Report(options, isDry(mode));
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
  const stored = await store.open();
  const preview = isDry(mode);
  const crypter = await stackCrypter(opening, stored);
  const codec = new StateCodec(crypter);
  const { resources: found, pending, resealed } = await decode(stored, codec, crypter, options.passphrase, store.path);
  // An update that is restricted to targets, or that takes back what it did, may have been killed before it had put them in order.
  const resources = stored.journalBytes > 0 && !isInOrder(found) ? inOrder(found) : found;
  checkIntegrity(resources, store.path);
  const snapshot = new Snapshot(resources);
  const log = new StateLog({
    stack: options.stack,
    project: project.name,
    salt: crypter.salt,
    snapshot,
    codec,
    store: preview ? undefined : store,
    hash: stored.hash,
    journalBytes: stored.journalBytes,
    metadata: stored.deployment?.metadata,
    onFailure: (failure) => {
      report.error(failure.message, "engine", failure.advice);
      stop(failure.message);
    },
  });
  log.pending = pending;
  const providers = new ProviderRegistry({
    settings: {
      project,
      environment: opening.environment,
      compileCache: opening.compileCache,
      callTimeoutSeconds: options.providerTimeoutSeconds ?? defaultCallTimeoutSeconds,
    },
    plugins: opening.plugins,
    stack: options.stack,
    config: opening.config,
    snapshot,
    log,
    builtin: new BuiltinProvider(store, options.passphrase),
  });
  if (!preview) {
    await store.prepare();
    // What a crash left in the journal goes into the checkpoint; one state is sealed with one key.
    if (stored.journalBytes > 0 || resealed) await log.compact();
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
    log,
    codec,
    providers,
    report,
    slots: new Slots(options.parallel ?? defaultParallel),
    seeds: new Map(),
    readings: new Map(),
    gone: new Set(),
    targets: new Targets(options.targets, options.targetDependents ?? false),
    done: [],
    stopped,
  };
  return { run, log, codec };
}

/** The settings' key; where they have none, the state's; where that has none either, a new one. */
async function stackCrypter({ settings, store, options }: Opening, stored: StoredState): Promise<Crypter> {
  if (settings.encryptionSalt !== undefined) return openCrypter(options.passphrase, settings.encryptionSalt, settings.path);
  const salt = stored.deployment?.secrets_providers?.state?.salt;
  if (salt !== undefined) return openCrypter(options.passphrase, salt, store.path);
  return createCrypter(options.passphrase);
}

interface Decoded {
  readonly resources: readonly ResourceState[];
  readonly pending: readonly PendingOperation[];
  /** The state's secrets were sealed with another key than this stack's. */
  readonly resealed: boolean;
}

async function decode({ deployment }: StoredState, codec: StateCodec, crypter: Crypter, passphrase: string, path: string): Promise<Decoded> {
  const salt = deployment?.secrets_providers?.state?.salt;
  const resealed = salt !== undefined && salt !== crypter.salt;
  const reader = resealed ? await openCrypter(passphrase, salt, path) : crypter;
  return {
    resources: (deployment?.resources ?? []).map((state) => codec.decode(state, reader)),
    pending: (deployment?.pending_operations ?? []).map((operation) => ({ ...operation, resource: codec.decode(operation.resource, reader) })),
    resealed,
  };
}
