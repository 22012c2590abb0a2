import { Failure } from "../../inventory/failure.ts";
import { StateCodec } from "./checkpoint.ts";
import { openCrypter } from "./crypter.ts";
import { takeLock } from "./lock.ts";
import { readProject } from "./project.ts";
import type { ResourceState } from "./resourceState.ts";
import { revealSecrets } from "./values.ts";
import { StateStore } from "./stateStore.ts";
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

type StackOptions = Pick<EngineOptions, "projectDirectory" | "stateDirectory" | "stack">;

async function storeOf(options: StackOptions): Promise<StateStore> {
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
