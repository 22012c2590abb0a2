import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Failure } from "../../../inventory/failure.ts";
import { formatCheckpoint, wrapDeployment } from "../checkpoint.ts";
import { type Crypter, createCrypter, openCrypter } from "../crypter.ts";
import { recoverStack, refresh } from "../index.ts";
import { takeLock } from "../lock.ts";
import { readProject } from "../project.ts";
import { type SettingsFile, openSettings } from "../settings.ts";
import { StateStore } from "../stateStore.ts";
import type { EngineEvent, EngineOptions } from "../types.ts";
import { stackType } from "../urn.ts";
import type { CliOperation, Place } from "./command.ts";

/** A stack made ready for the CLI. Disposing takes away what was made for this run only. */
export interface Ground extends AsyncDisposable {
  readonly place: Place;
  /** False when there is no such stack, and nothing to be made of it. */
  readonly exists: boolean;
}

/**
 * Looks at state and settings as the embedded engine does, so that both refuse the same with the same words, and makes
 * what the CLI wants to find: the stack itself, and the salt of its secrets in its settings. A preview leaves the
 * folders as they are; where something would have to be made, it works on a copy.
 * Throws a Failure when state or settings cannot be read, the passphrase is wrong or an update holds the stack.
 */
export async function openGround(operation: CliOperation, options: EngineOptions): Promise<Ground> {
  const dry = operation === "preview" || operation === "drift";
  const project = (await readProject(options.projectDirectory)).name;
  const store = new StateStore(options.stateDirectory, project, options.stack);
  if (!dry) await settle(options, project, store);
  // The lock of a holder that is dead is in the CLI's way, too; and with a live one it does not name it.
  const release = dry ? async () => undefined : await takeLock(store.lockDirectory, options.stack);
  try {
    const settings = await openSettings(options);
    const { deployment, journalBytes } = await store.open();
    const crypter = await stackCrypter(options, settings, deployment?.secrets_providers?.state?.salt, store.path);
    const place: Place = { stateDirectory: options.stateDirectory, settingsPath: settings.path };
    if (deployment === undefined && operation !== "up" && operation !== "preview") return { place, exists: false, [Symbol.asyncDispose]: async () => undefined };

    const frame = { stack: options.stack, project, salt: crypter.salt, pending: [], metadata: {} };
    const empty = [...formatCheckpoint(frame, [])].join("");
    const complete = deployment !== undefined && settings.encryptionSalt !== undefined && journalBytes === 0;
    if (dry && !complete) {
      const copy = await copyOf(options, project, settings, crypter, deployment === undefined ? empty : undefined);
      return { place: copy, exists: true, [Symbol.asyncDispose]: () => rm(copy.stateDirectory, { recursive: true, force: true }) };
    }
    if (settings.encryptionSalt === undefined) {
      settings.setSalt(crypter.salt);
      await mkdir(options.settingsDirectory, { recursive: true });
      await settings.write();
    }
    if (deployment === undefined) await store.replace(empty);
    return { place, exists: true, [Symbol.asyncDispose]: async () => undefined };
  } finally {
    await release();
  }
}

/**
 * Clears up what a crash left, which the CLI would not see: the journal goes into the checkpoint, and what an update was
 * just making is looked for, lest it be made a second time.
 */
async function settle(options: EngineOptions, project: string, store: StateStore): Promise<void> {
  for (const stack of await StateStore.list(options.stateDirectory, project)) {
    const recovered = recoverStack({ ...options, stack });
    // What another stack gave out is read from its checkpoint. Where somebody is at work on it, that is up to them.
    await (stack === options.stack ? recovered : recovered.catch(() => false));
  }
  if (((await store.read())?.pending_operations ?? []).length === 0) return;
  const tell = (event: EngineEvent): void => { if (event.kind === "diagnostic") options.onEvent?.(event); };
  // A refresh of the stack itself reads nothing but what is pending.
  const { failed, errors } = await refresh({ ...options, targets: [`**::${stackType}::*`], onEvent: tell });
  const why = failed[0]?.error ?? errors[0];
  if (why !== undefined) throw new Failure(why);
}

async function stackCrypter(options: EngineOptions, settings: SettingsFile, stateSalt: string | undefined, statePath: string): Promise<Crypter> {
  if (settings.encryptionSalt !== undefined) return openCrypter(options.passphrase, settings.encryptionSalt, settings.path);
  if (stateSalt !== undefined) return openCrypter(options.passphrase, stateSalt, statePath);
  return createCrypter(options.passphrase);
}

/** The project's states, which other stacks' outputs are read from, and the stack's settings, in a folder of their own. Secrets stay encrypted. */
async function copyOf(options: EngineOptions, project: string, settings: SettingsFile, crypter: Crypter, state: string | undefined): Promise<Place> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "egov-preview-"));
  for (const stack of await StateStore.list(options.stateDirectory, project)) {
    const { deployment } = await new StateStore(options.stateDirectory, project, stack).open();
    if (deployment !== undefined) await new StateStore(stateDirectory, project, stack).replace(wrapDeployment(stack, project, deployment));
  }
  if (state !== undefined) await new StateStore(stateDirectory, project, options.stack).replace(state);
  const settingsPath = join(stateDirectory, basename(settings.path));
  settings.setSalt(crypter.salt);
  await settings.write(settingsPath);
  return { stateDirectory, settingsPath };
}
