import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { CustomTimeouts } from "./resourceState.ts";
import { Refusal, fromStruct } from "./rpc.ts";
import { type Alias, readAliases } from "./aliases.ts";
import type { Properties, Value } from "./types.ts";
import { makeUrn } from "./urn.ts";
import { hasSecret } from "./values.ts";

/** What the program wants of one resource. */
export interface Goal {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly inputs: Properties;
  readonly parent: string | undefined;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** `<urn>::<id>` of an explicit provider. */
  readonly provider: string | undefined;
  /** Of the provider plugin, for the default provider's name. */
  readonly version: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string | undefined;
  readonly replaceWith: readonly string[];
  readonly replacementTrigger: Value | undefined;
  /** Earlier names. */
  readonly aliases: readonly Alias[];
  /** The resource exists already and bears this id; the stack is to take it over. */
  readonly importId: string | undefined;
  /** Undefined: as the provider says. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly hideDiffs: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly customTimeouts: CustomTimeouts | undefined;
}

/** What the program wants to read of a resource that is not the stack's own. */
export type ReadGoal = Goal & { readonly id: string };

/** Reads a registration. Throws a Refusal, by name, for what this engine lacks. */
export function readGoal(request: RegisterResourceRequest, stack: string, project: string): Goal {
  const type = request.getType();
  const parent = given(request.getParent());
  const urn = makeUrn(stack, project, parent, type, request.getName());
  refuseLacking(request, urn);
  const inputs = fromStruct(request.getObject());
  const replacementTrigger = request.getReplacementTrigger()?.toJavaScript() as Value | undefined;
  if (replacementTrigger !== undefined && hasSecret(replacementTrigger)) throw new Refusal("a secret as the option replacementTrigger", urn);
  const timeouts = request.getCustomtimeouts();
  return {
    urn,
    type,
    custom: request.getCustom(),
    inputs,
    parent,
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries([...request.getPropertydependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()])),
    provider: given(request.getProvider()),
    version: request.getVersion(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: given(request.getDeletedwith()),
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: replacementTrigger ?? undefined,
    aliases: readAliases(request),
    importId: given(request.getImportid()),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    hideDiffs: request.getHidediffsList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: timeouts === undefined ? undefined : readTimeouts({ create: timeouts.getCreate(), update: timeouts.getUpdate(), delete: timeouts.getDelete(), read: timeouts.getRead() }),
  };
}

function refuseLacking(request: RegisterResourceRequest, urn: string): void {
  const lacking: readonly (readonly [boolean, string])[] = [
    [request.getRemote(), "a remote component"],
    [request.getTransformsList().length > 0, "the option transforms"],
    [request.getStateMigrationsList().length > 0, "the option stateMigrations"],
    [request.hasHooks() && Object.values(request.getHooks()!.toObject()).some((hooks) => hooks.length > 0), "the option hooks"],
    [request.getEnvvarmappingsMap().getLength() > 0, "the option envVarMappings"],
    [request.getPackageref() !== "", "a parameterized package"],
  ];
  for (const [present, feature] of lacking) if (present) throw new Refusal(feature, urn);
}

/** Reads a `get`. Throws a Refusal, by name, for what this engine lacks. */
export function readReadGoal(request: ReadResourceRequest, stack: string, project: string): ReadGoal {
  const parent = given(request.getParent());
  const type = request.getType();
  const urn = makeUrn(stack, project, parent, type, request.getName());
  if (request.getPackageref() !== "") throw new Refusal("a parameterized package", urn);
  return {
    urn,
    type,
    id: request.getId(),
    custom: true,
    inputs: fromStruct(request.getProperties()),
    parent,
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    provider: given(request.getProvider()),
    version: request.getVersion(),
    protect: false,
    retainOnDelete: false,
    deletedWith: undefined,
    replaceWith: [],
    replacementTrigger: undefined,
    aliases: [],
    importId: undefined,
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    replaceOnChanges: [],
    hideDiffs: [],
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: undefined,
  };
}

function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function readTimeouts(timeouts: Required<CustomTimeouts>): CustomTimeouts | undefined {
  const set = Object.entries(timeouts).filter(([, text]) => text !== "");
  return set.length === 0 ? undefined : (Object.fromEntries(set) as CustomTimeouts);
}
