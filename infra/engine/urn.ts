import type { ResourceName } from "./types.ts";

export const stackType = "pulumi:pulumi:Stack";

/** `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`; the stack itself does not count as a parent. */
export function makeUrn(stack: string, project: string, parent: string | undefined, type: string, name: string): string {
  const parentTypes = parent === undefined ? "" : qualifiedType(parent);
  const prefix = parentTypes === "" || parentTypes === stackType ? "" : `${parentTypes}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}

function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** The type and name that a URN holds. Names may hold `::`. */
export function nameOf(urn: string): ResourceName {
  return { urn, type: qualifiedType(urn).split("$").at(-1) ?? "", name: urn.split("::").slice(3).join("::") };
}

/** `host` of `host:index:Configuration`. */
export function packageOf(type: string): string {
  return type.split(":")[0] ?? "";
}

const providerTypePrefix = "pulumi:providers:";

export function isProviderType(type: string): boolean {
  return type.startsWith(providerTypePrefix);
}

/** `host` of `pulumi:providers:host`. */
export function providedPackage(type: string): string {
  return type.slice(providerTypePrefix.length);
}

export function providerType(packageName: string): string {
  return providerTypePrefix + packageName;
}

/** Splits a provider reference, `<urn>::<id>`. */
export function parseProviderReference(reference: string): { urn: string; id: string } {
  const cut = reference.lastIndexOf("::");
  return { urn: reference.slice(0, cut), id: reference.slice(cut + 2) };
}
