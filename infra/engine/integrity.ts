import { Failure } from "../../inventory/failure.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { isProviderType } from "./urn.ts";

const urnForm = /^urn:pulumi:[^:]+::[^:]+::[^:].*?::./s;

/** How to go on with a state that was edited into inconsistency. */
export function repairAdvice(path: string): string {
  return `./egov stack export, correct it, ./egov stack import; the state before its last change is ${path}.bak`;
}

/**
 * Refuses a state that contradicts itself, as one edited by hand may, before anything is built on it.
 * @throws Failure naming the file, the resource and what is wrong with it
 */
export function checkIntegrity(resources: readonly ResourceState[], path: string): void {
  const fault = findFault(resources);
  if (fault !== undefined) throw new Failure(`${path}: ${fault}`, { advice: repairAdvice(path) });
}

/** The first fault in words, or undefined. */
export function findFault(resources: readonly ResourceState[]): string | undefined {
  const all = new Set(resources.map(({ urn }) => urn));
  const seen = new Set<string>();
  const live = new Set<string>();
  for (const [index, state] of resources.entries()) {
    const { urn } = state;
    if (typeof urn !== "string" || !urnForm.test(urn)) return `resource ${index + 1}: "${String(urn)}" is not a URN (urn:pulumi:<stack>::<project>::<type>::<name>)`;
    if (state.delete !== true && live.has(urn)) return `${urn}: there are two of it, and neither is marked as replaced ("delete": true)`;
    if (state.delete !== true) live.add(urn);
    if (state.custom && !isProviderType(state.type) && (state.provider ?? "") === "") return `${urn}: it names no provider`;
    for (const needed of neededBy(state)) {
      if (!all.has(needed)) return `${urn}: it needs ${needed}, which is not there`;
      if (seen.has(needed)) continue;
      const cycle = findCycle(resources, urn);
      return cycle === undefined ? `${urn}: it stands before ${needed}, which it needs` : `${cycle.join(" needs ")}: none of them can be first`;
    }
    seen.add(urn);
  }
  return undefined;
}

/** The cycle that a resource is part of, itself at both ends. */
function findCycle(resources: readonly ResourceState[], start: string): string[] | undefined {
  const needs = new Map(resources.map((state) => [state.urn, neededBy(state)]));
  const reached = new Map<string, string>();
  const queue = [start];
  for (const urn of queue) {
    for (const needed of needs.get(urn) ?? []) {
      if (needed === start) {
        const way = [urn];
        while (way[0] !== start) way.unshift(reached.get(way[0]!)!);
        return [...way, start];
      }
      if (reached.has(needed)) continue;
      reached.set(needed, urn);
      queue.push(needed);
    }
  }
  return undefined;
}
