import { Failure } from "../../inventory/failure.ts";
import { StateCodec } from "./checkpoint.ts";
import { openCrypter } from "./crypter.ts";
import type { Provider, ProviderDiff } from "./provider.ts";
import { Refusal } from "./rpc.ts";
import type { StateStore } from "./stateStore.ts";
import type { Properties } from "./types.ts";
import { nameOf, stackType } from "./urn.ts";
import { hasSecret } from "./values.ts";

export const stackReferenceType = "pulumi:pulumi:StackReference";

/** The package `pulumi`, which the engine itself provides: reading another stack's outputs. */
export class BuiltinProvider implements Provider {
  readonly #store: StateStore;
  readonly #passphrase: string;

  constructor(store: StateStore, passphrase: string) {
    this.#store = store;
    this.#passphrase = passphrase;
  }

  /** `id` is the other stack: `stack`, `project/stack` or `organization/project/stack`. */
  async read(urn: string, id: string): Promise<{ id: string; outputs: Properties; inputs: Properties }> {
    if (nameOf(urn).type !== stackReferenceType) throw new Refusal(`the builtin resource ${nameOf(urn).type}`, urn);
    const parts = id.split("/");
    const store = this.#store.other(parts.at(-1)!, parts.at(-2));
    const deployment = await store.read();
    if (deployment === undefined) throw new Failure(`the stack "${id}" that it refers to has no state: bring that stack up first`);
    const stack = deployment.resources?.find((resource) => resource.type === stackType);
    let outputs: Properties = {};
    if (stack !== undefined) {
      const salt = deployment.secrets_providers?.state?.salt;
      const needsKey = hasSecret(stack.outputs ?? {});
      if (needsKey && salt === undefined) throw new Failure(`${store.path}: has secrets but no salt`);
      outputs = needsKey ? new StateCodec(await openCrypter(this.#passphrase, salt!, store.path)).decode(stack).outputs : (stack.outputs ?? {});
    }
    const secretOutputNames = Object.keys(outputs).filter((name) => hasSecret(outputs[name]!));
    return { id, outputs: { name: id, outputs, secretOutputNames }, inputs: { name: id } };
  }

  async check(urn: string): Promise<never> {
    throw new Refusal(`the builtin resource ${nameOf(urn).type}`, urn);
  }

  async diff(): Promise<ProviderDiff> {
    return { changes: "unknown", replaces: [], deleteBeforeReplace: false };
  }

  async create(urn: string): Promise<never> {
    return this.check(urn);
  }

  async update(): Promise<never> {
    throw new Failure("a stack reference is only read");
  }

  /** A stack reference is nothing that could be deleted. */
  async delete(): Promise<void> {}

  async invoke(token: string): Promise<never> {
    throw new Refusal(`the builtin function ${token}`, "invoke");
  }
}
