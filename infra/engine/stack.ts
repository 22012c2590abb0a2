import { Failure } from "../../inventory/failure.ts";
import { StateCodec } from "./checkpoint.ts";
import { openCrypter } from "./crypter.ts";
import { takeLock } from "./lock.ts";
import { readProject } from "./project.ts";
import type { ResourceState } from "./resourceState.ts";
import { revealSecrets } from "./values.ts";
import { type HistoryEntry, StateStore } from "./stateStore.ts";
import type { EngineOptions, Properties } from "./types.ts";
import { stackType } from "./urn.ts";

export interface StackState {
  /** In the order of the state: what a resource needs stands before it. */
  readonly resources: readonly ResourceState[];
  /** The stack's outputs. */
  readonly outputs: Properties;
  /** When the state was last written, ISO 8601. */
  readonly updatedAt: string | undefined;
}

export type StackOptions = Pick<EngineOptions, "projectDirectory" | "stateDirectory" | "stack">;

export interface StackSummary {
  readonly name: string;
  /** How many resources it has. */
  readonly resources: number;
  /** When the state was last written, ISO 8601. */
  readonly updatedAt: string | undefined;
  /** How many operations were interrupted, and not looked at since. */
  readonly pending: number;
}

export async function storeOf(options: StackOptions): Promise<StateStore> {
  return new StateStore(options.stateDirectory, (await readProject(options.projectDirectory)).name, options.stack);
}

/**
 * The stack's resources and outputs from its state, or undefined when it has none. Secrets stay encrypted, unless
 * `revealWith` gives the passphrase: then they are in plain. Throws a Failure when the state cannot be read.
 */
export async function readStack(options: StackOptions, revealWith?: string): Promise<StackState | undefined> {
  const store = await storeOf(options);
  const deployment = await store.read();
  if (deployment === undefined) return undefined;
  let resources = deployment.resources ?? [];
  if (revealWith !== undefined) {
    const salt = deployment.secrets_providers?.state?.salt;
    if (salt === undefined) throw new Failure(`${store.path}: names no salt for its secrets`);
    const codec = new StateCodec(await openCrypter(revealWith, salt, store.path));
    resources = resources.map((state) => {
      const { inputs, outputs, ...others } = codec.decode(state);
      return { ...others, inputs: revealSecrets(inputs) as Properties, outputs: revealSecrets(outputs) as Properties };
    });
  }
  return { resources, outputs: resources.find((state) => state.type === stackType)?.outputs ?? {}, updatedAt: deployment.manifest?.time };
}

/** The project's stacks that have a state, by name. Throws a Failure when one cannot be read. */
export async function listStacks(options: Omit<StackOptions, "stack">): Promise<StackSummary[]> {
  const names = await StateStore.list(options.stateDirectory, (await readProject(options.projectDirectory)).name);
  return Promise.all(names.map(async (name) => {
    const deployment = await (await storeOf({ ...options, stack: name })).read();
    return {
      name,
      resources: deployment?.resources?.length ?? 0,
      updatedAt: deployment?.manifest?.time,
      pending: deployment?.pending_operations?.length ?? 0,
    };
  }));
}

/** What was done to the stack, newest first. Throws a Failure when an entry cannot be read. */
export async function stackHistory(options: StackOptions): Promise<HistoryEntry[]> {
  return (await storeOf(options)).history();
}

/** Forgets the stack's state, whatever still exists of it. Throws a Failure while an update holds the stack. */
export async function removeStack(options: StackOptions): Promise<void> {
  const store = await storeOf(options);
  const release = await takeLock(store.lockDirectory, options.stack);
  try {
    await store.remove();
  } finally {
    await release();
  }
}
