import type { PendingOperation } from "./checkpoint.ts";
import { inOrder } from "./order.ts";
import { oneLine } from "./report.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import type { Run } from "./run.ts";
import type { Properties } from "./types.ts";
import { isProviderType } from "./urn.ts";
import { markSecrets } from "./values.ts";

/** What a provider told of the resource of a pending operation. */
type Found = { readonly id: string; readonly inputs: Properties; readonly outputs: Properties } | undefined;

interface Sight {
  readonly operation: PendingOperation;
  /** `settled`: there is nothing to tell apart. `unknown`: it could not be read. */
  readonly verdict: "exists" | "gone" | "settled" | "unknown";
  readonly found?: Found;
}

/**
 * Looks at what earlier updates began and nobody saw the end of, those of the Pulumi CLI included, and makes the state
 * what really is. What was being created and exists is taken over, what does not exist will be created; an update is done
 * again, a deletion, too. What cannot be read fails, and stays pending.
 */
export async function recover(run: Run): Promise<void> {
  const { log, snapshot } = run;
  if (log.pending.length === 0) return;
  const known = snapshot.resources;
  const sights = await Promise.all(log.pending.map((operation) => run.slots.run(() => look(run, operation, known))));
  const resources = new Set(known);
  for (const sight of sights) apply(run, sight, resources);
  const open = sights.filter(({ verdict }) => verdict === "unknown").map(({ operation }) => operation);
  await log.restate(inOrder([...resources]), open);
}

async function look(run: Run, operation: PendingOperation, known: readonly ResourceState[]): Promise<Sight> {
  const { resource, type } = operation;
  const { urn } = resource;
  const isReal = resource.custom && !isProviderType(resource.type) && resource.external !== true;
  const target = known.find((state) => state.urn === urn && state.id === resource.id);
  const isOver = type === "creating" ? resource.id !== undefined && target !== undefined : target === undefined;
  if (!isReal || isOver || type === "reading" || type === "importing") return { operation, verdict: "settled" };
  if (run.stopped() !== undefined) return { operation, verdict: "unknown" };
  try {
    const { provider, acceptsSecrets } = await run.providers.forState(resource);
    const id = resource.id ?? (await provider.plannedId?.(urn, resource.type, resource.inputs));
    if (id === undefined) {
      forewarn(run, operation);
      return { operation, verdict: "settled" };
    }
    if (type === "creating" && known.some((state) => state.urn === urn && state.id === id)) return { operation, verdict: "settled" };
    const outputs = target?.outputs ?? resource.inputs;
    const read = await provider.read(urn, id, outputs, target?.inputs ?? resource.inputs, resource.customTimeouts);
    if (read === undefined) return { operation, verdict: "gone" };
    const before = target?.inputs ?? resource.inputs;
    const inputs = read.inputs === undefined ? before : acceptsSecrets ? read.inputs : markSecrets(read.inputs, before, []);
    const marked = markSecrets(read.outputs, acceptsSecrets ? undefined : inputs, resource.additionalSecretOutputs ?? []);
    return { operation, verdict: "exists", found: { id: read.id, inputs, outputs: marked } };
  } catch (error) {
    run.report.fail(urn, `an earlier update was interrupted while ${type} it, and what it is now cannot be read: ${oneLine(error)}`);
    return { operation, verdict: "unknown" };
  }
}

/** Its provider does not tell ids ahead: the same name again is all that can be done against a second copy. */
function forewarn(run: Run, { resource, randomSeed }: PendingOperation): void {
  if (randomSeed !== undefined) run.seeds.set(resource.urn, Buffer.from(randomSeed, "base64"));
  run.report.say(
    "warning",
    "an earlier update was interrupted while creating it, and its provider cannot tell whether it exists: it is created again; look for a second one",
    "engine",
    resource.urn,
  );
}

function apply(run: Run, { operation, verdict, found }: Sight, resources: Set<ResourceState>): void {
  if (verdict === "settled" || verdict === "unknown") return;
  const { type, resource } = operation;
  const { urn } = resource;
  const all = [...resources];
  const interrupted = [`an earlier update was interrupted while ${type} it`];
  const tell = (what: string): void => run.report.say("info", `${interrupted[0]}: ${what}`, "engine", urn);
  const swap = (old: ResourceState, next: ResourceState): void => {
    resources.delete(old);
    resources.add(next);
  };
  if (type === "creating") {
    if (found === undefined) return tell("it does not exist");
    const live = all.find((state) => state.urn === urn && state.delete !== true);
    if (live?.pendingReplacement === true || live?.external === true || live?.id === found.id) resources.delete(live);
    else if (live !== undefined) swap(live, { ...live, delete: true });
    const now = new Date().toISOString();
    // It may not have come up whole: like any that did not, it is updated.
    resources.add({ ...resource, ...found, created: now, modified: now, initErrors: interrupted });
    return tell("it exists, and is taken over");
  }
  const target = all.find((state) => state.urn === urn && state.id === resource.id);
  if (target === undefined) return;
  if (found !== undefined) {
    if (target.delete !== true) swap(target, { ...target, ...found, initErrors: interrupted });
    return tell(type === "deleting" ? "it still exists" : "it is updated again");
  }
  const isNeeded = target.delete !== true && all.some((state) => state !== target && neededBy(state).has(urn));
  if (isNeeded) swap(target, { ...target, pendingReplacement: true });
  else resources.delete(target);
  return tell("it does not exist any more");
}
