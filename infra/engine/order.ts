import { Failure } from "../../inventory/failure.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";

/**
 * The resources so that what each needs stands before it, otherwise in the order given. Throws a Failure that names the
 * whole cycle when they need each other in a circle. What is needed but not among them is left to others to miss.
 */
export function inOrder(states: readonly ResourceState[]): ResourceState[] {
  const byUrn = Map.groupBy(states, (state) => state.urn);
  const done = new Set<ResourceState>();
  const ordered: ResourceState[] = [];
  const path: ResourceState[] = [];
  const onPath = new Set<ResourceState>();
  // An explicit stack: a chain of ten thousand resources would be too deep for calls.
  const visit = (root: ResourceState): void => {
    const stack: { state: ResourceState; needed: ResourceState[] }[] = [];
    const enter = (state: ResourceState): void => {
      path.push(state);
      onPath.add(state);
      stack.push({ state, needed: [...successors(byUrn.get(state.urn)!, state), ...[...neededBy(state)].flatMap((urn) => nearest(byUrn.get(urn) ?? [], state))] });
    };
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.needed.shift();
      if (next === undefined) {
        stack.pop();
        path.pop();
        onPath.delete(top.state);
        done.add(top.state);
        ordered.push(top.state);
      } else if (onPath.has(next)) {
        throw cyclic([...path.slice(path.indexOf(next)), next].map((state) => state.urn));
      } else if (!done.has(next)) {
        enter(next);
      }
    }
  };
  for (const state of states) if (!done.has(state)) visit(state);
  return ordered;
}

/** Of the resources that bear a needed URN: the live one, and for what waits for its deletion the old ones as well. */
function nearest(candidates: readonly ResourceState[], state: ResourceState): ResourceState[] {
  return candidates.filter((candidate) => candidate === state || (candidate.urn !== state.urn && (candidate.delete !== true || state.delete === true || candidates.length === 1)));
}

/** What replaced a resource that waits for its deletion: Pulumi wants it to stand before it. */
function successors(candidates: readonly ResourceState[], state: ResourceState): ResourceState[] {
  return state.delete === true ? candidates.filter((candidate) => candidate.delete !== true) : [];
}

/** True when the order is right already, and nothing needs itself; cheaper than ordering. */
export function isInOrder(states: readonly ResourceState[]): boolean {
  const all = new Set(states.map((state) => state.urn));
  const seen = new Set<string>();
  for (const state of states) {
    for (const urn of neededBy(state)) if (!seen.has(urn) && all.has(urn)) return false;
    seen.add(state.urn);
  }
  return true;
}

/** The error of a cycle: its URNs, the first one again at the end. */
export function cyclic(urns: readonly string[]): Failure {
  return new Failure(`these resources need each other in a circle: ${urns.join(" → ")}`, { advice: "take one of these dependencies out of the program, or, where only the state has it, repair an export of the state" });
}
