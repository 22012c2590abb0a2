import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { makeUrn, nameOf } from "./urn.ts";

/** An earlier name of a resource: a whole URN, or what of it was another. */
export type Alias =
  | { readonly urn: string }
  | {
      readonly name: string | undefined;
      readonly type: string | undefined;
      readonly stack: string | undefined;
      readonly project: string | undefined;
      /** `null`: it had none. Undefined: as now. */
      readonly parent: string | null | undefined;
    };

export function readAliases(request: RegisterResourceRequest): Alias[] {
  const specified = request.getAliasesList().map((alias): Alias => {
    const spec = alias.getSpec();
    if (spec === undefined) return { urn: alias.getUrn() };
    const parent = spec.getParenturn();
    return {
      name: given(spec.getName()),
      type: given(spec.getType()),
      stack: given(spec.getStack()),
      project: given(spec.getProject()),
      parent: spec.getNoparent() ? null : given(parent),
    };
  });
  return [...specified, ...request.getAliasurnsList().map((urn) => ({ urn }))];
}

function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** What a resource is called now. */
export interface Naming {
  readonly urn: string;
  readonly type: string;
  readonly parent: string | undefined;
  readonly aliases: readonly Alias[];
}

/**
 * The URNs under which the state may know a resource: its own aliases, and what they and its name were below the earlier
 * URN of its parent, `parentAlias`. By Pulumi's rules, in Pulumi's order.
 */
export function aliasUrns(now: Naming, stack: string, project: string, parentAlias: string | undefined): string[] {
  const { name } = nameOf(now.urn);
  const own = now.aliases.map((alias) => {
    if ("urn" in alias) return alias.urn;
    const parent = alias.parent === null ? undefined : (alias.parent ?? now.parent);
    return makeUrn(alias.stack ?? stack, alias.project ?? project, parent, alias.type ?? now.type, alias.name ?? name);
  });
  if (now.parent === undefined || parentAlias === undefined) return [...new Set(own)];
  const parentName = nameOf(now.parent).name;
  const inherited = [{ type: now.type, name }, ...own.map(nameOf)].map((child) => inherit(child, parentName, parentAlias));
  return [...new Set([...own, ...inherited])];
}

/** A child called `<parent>-…` was called by its parent's earlier name, too. */
function inherit(child: { readonly type: string; readonly name: string }, parentName: string, parentAlias: string): string {
  const [stack = "", project = ""] = parentAlias.replace(/^urn:pulumi:/, "").split("::");
  const name = child.name.startsWith(parentName) ? nameOf(parentAlias).name + child.name.slice(parentName.length) : child.name;
  return makeUrn(stack, project, parentAlias, child.type, name);
}
