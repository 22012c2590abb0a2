/** What is done to a stack's state without its program. Everything here holds the lock and keeps a backup. */
import { Failure } from "../../inventory/failure.ts";
import { type Deployment, checkSecretsProvider, stateVersion, wrapDeployment } from "./checkpoint.ts";
import { findFault } from "./integrity.ts";
import { takeLock } from "./lock.ts";
import { readProject } from "./project.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { type StackOptions, storeOf } from "./stack.ts";
import { nameOf } from "./urn.ts";

/** What `exportStack` gives and `importStack` takes: as the Pulumi CLI does. */
export interface ExportedStack {
  readonly version: number;
  readonly deployment: object;
}

/**
 * The state as a document for `importStack` or the Pulumi CLI, with what a crash left in the journal; secrets stay
 * encrypted. Throws a Failure when the stack has none.
 */
export async function exportStack(options: StackOptions): Promise<ExportedStack> {
  const deployment = await (await storeOf(options)).read();
  if (deployment === undefined) throw noState(options);
  return { version: stateVersion, deployment };
}

/**
 * Replaces the state by an exported one, as it is. Throws a Failure for one of another version, stack or project, or that
 * contradicts itself; `force` takes the latter two nevertheless.
 */
export async function importStack(options: StackOptions, document: unknown, { force = false }: { force?: boolean } = {}): Promise<void> {
  const project = (await readProject(options.projectDirectory)).name;
  const deployment = readDocument(document);
  if (!force) checkDocument(deployment, options.stack, project);
  await locked(options, async (store) => store.replace(wrapDeployment(options.stack, project, deployment)));
}

function readDocument(document: unknown): Deployment {
  const { version, deployment } = (typeof document === "object" && document !== null ? document : {}) as Partial<ExportedStack>;
  if (version === undefined || typeof deployment !== "object" || deployment === null) {
    throw new Failure("what is to be imported is not an exported stack", { advice: `it is a JSON object with "version" and "deployment", as ./egov stack export writes it` });
  }
  if (version !== stateVersion) throw new Failure(`what is to be imported has version ${String(version)}; this engine knows version ${stateVersion}`);
  const resources = (deployment as Deployment).resources ?? [];
  if (!Array.isArray(resources) || !resources.every((state) => typeof state === "object" && state !== null)) {
    throw new Failure("what is to be imported has resources that are no list of objects");
  }
  checkSecretsProvider(deployment, "what is to be imported");
  return deployment;
}

function checkDocument(deployment: Deployment, stack: string, project: string): void {
  const resources = deployment.resources ?? [];
  const fault = findFault(resources);
  if (fault !== undefined) throw new Failure(`what is to be imported contradicts itself: ${fault}`, { advice: "correct it, or add --force" });
  const prefix = `urn:pulumi:${stack}::${project}::`;
  const stranger = resources.find(({ urn }) => !urn.startsWith(prefix));
  if (stranger === undefined) return;
  throw new Failure(`${stranger.urn}: is not of stack ${stack} of project ${project}`, { advice: "import it into its own stack, or add --force" });
}

/**
 * Brings what a crash left in the journal into the checkpoint, for readers that do not know the journal, such as the
 * Pulumi CLI. True when there was something.
 */
export async function recoverStack(options: StackOptions): Promise<boolean> {
  // Most often there is nothing to do, and somebody may be at work.
  if ((await (await storeOf(options)).open()).journalBytes === 0) return false;
  return edit(options, (resources) => resources);
}

/** Takes protection from resources, or from all. Gives the URNs of those that had it. Throws a Failure on an unknown URN. */
export async function unprotect(options: StackOptions, urns: readonly string[] | "all"): Promise<string[]> {
  const freed: string[] = [];
  await edit(options, (resources) => {
    if (urns !== "all") requireAll(resources, urns);
    return resources.map((state) => {
      if (state.protect !== true || (urns !== "all" && !urns.includes(state.urn))) return state;
      freed.push(state.urn);
      const { protect: _protect, ...others } = state;
      return others;
    });
  });
  return freed;
}

export interface DeletionOptions {
  /** Protected resources, too. */
  readonly force?: boolean;
  /** With what needs them. */
  readonly targetDependents?: boolean;
}

/**
 * Forgets resources, whatever exists of them. Gives the URNs that were forgotten. Throws a Failure on an unknown URN, a
 * protected resource, and one that others need.
 */
export async function deleteFromState(options: StackOptions, urns: readonly string[], { force = false, targetDependents = false }: DeletionOptions = {}): Promise<string[]> {
  const doomed = new Set(urns);
  await edit(options, (resources) => {
    requireAll(resources, urns);
    // In the order of the state, what needs a resource comes after it.
    for (const state of resources) {
      const needed = [...neededBy(state)].find((urn) => doomed.has(urn));
      if (needed === undefined || doomed.has(state.urn)) continue;
      if (!targetDependents) throw new Failure(`${needed}: ${state.urn} needs it`, { advice: "delete that first, or add --target-dependents" });
      doomed.add(state.urn);
    }
    const guarded = resources.find((state) => doomed.has(state.urn) && state.protect === true);
    if (guarded !== undefined && !force) throw new Failure(`${guarded.urn}: it is protected`, { advice: "./egov state unprotect it first, or add --force" });
    return resources.filter((state) => !doomed.has(state.urn));
  });
  return [...doomed];
}

function requireAll(resources: readonly ResourceState[], urns: readonly string[]): void {
  const known = new Set(resources.map(({ urn }) => urn));
  for (const urn of urns) {
    if (known.has(urn)) continue;
    const alike = resources.find((state) => nameOf(state.urn).name === urn || nameOf(state.urn).name === nameOf(urn).name)?.urn;
    throw new Failure(`${urn}: there is no such resource in the state`, alike === undefined ? {} : { advice: `did you mean ${alike}?` });
  }
}

/** Changes the resources of a state as they lie on disk. False when there was nothing to change. */
async function edit(options: StackOptions, change: (resources: readonly ResourceState[]) => readonly ResourceState[]): Promise<boolean> {
  const project = (await readProject(options.projectDirectory)).name;
  return locked(options, async (store) => {
    const { deployment, journalBytes } = await store.open();
    if (deployment === undefined) throw noState(options);
    const before = deployment.resources ?? [];
    const after = change(before);
    if (journalBytes === 0 && after.length === before.length && after.every((state, index) => state === before[index])) return false;
    const { manifest, ...others } = deployment;
    const changed = { manifest: { ...manifest, time: new Date().toISOString() }, ...others, resources: after };
    await store.replace(wrapDeployment(options.stack, project, changed));
    return true;
  });
}

async function locked<T>(options: StackOptions, work: (store: Awaited<ReturnType<typeof storeOf>>) => Promise<T>): Promise<T> {
  const store = await storeOf(options);
  const release = await takeLock(store.lockDirectory, options.stack);
  try {
    return await work(store);
  } finally {
    await release();
  }
}

function noState({ stack }: StackOptions): Failure {
  return new Failure(`stack ${stack} has no state`, { advice: "bring it up first" });
}
