import { Failure } from "../../inventory/failure.ts";
import { type ResourceState, neededBy } from "./resourceState.ts";
import { isProviderType, stackType } from "./urn.ts";

/** The resources that an operation is restricted to: URNs, or patterns in which `*` stands for anything but a colon and `**` for anything. */
export class Targets {
  readonly #wanted: readonly { readonly text: string; readonly pattern: RegExp; matched: boolean }[];
  readonly #withDependents: boolean;
  /** URNs that were taken in because they need a target. */
  readonly #dependents = new Set<string>();

  /** Undefined or empty `targets`: everything is one. */
  constructor(targets: readonly string[] | undefined, withDependents: boolean) {
    this.#wanted = (targets ?? []).map((text) => ({ text, pattern: patternOf(text), matched: false }));
    this.#withDependents = withDependents;
  }

  get restrict(): boolean {
    return this.#wanted.length > 0;
  }

  /** Whether the operation is for this resource. The stack and providers always belong to it. */
  has(state: Pick<ResourceState, "urn" | "type" | "parent" | "provider" | "dependencies" | "propertyDependencies" | "deletedWith" | "replaceWith">): boolean {
    if (!this.restrict) return true;
    let found = false;
    for (const wanted of this.#wanted) {
      if (!wanted.pattern.test(state.urn)) continue;
      wanted.matched = true;
      found = true;
    }
    if (!found && this.#withDependents) found = [...neededBy(state)].some((urn) => this.#dependents.has(urn));
    if (found) this.#dependents.add(state.urn);
    return found || state.type === stackType || isProviderType(state.type);
  }

  /**
   * What of the candidates is to be deleted. Throws a Failure when something that stays among `all` needs one of them, and
   * dependents are not to be taken along.
   */
  doomed(candidates: readonly ResourceState[], all: readonly ResourceState[]): ResourceState[] {
    if (!this.restrict) return [...candidates];
    const asked = candidates.filter((state) => this.has(state) && !isImplicit(state));
    const doomed = new Set(asked);
    const urns = new Set(asked.map((state) => state.urn));
    for (const state of all) {
      if (doomed.has(state)) continue;
      const needed = [...neededBy(state)].find((urn) => urns.has(urn));
      if (needed === undefined) continue;
      if (!this.#withDependents || !candidates.includes(state)) {
        throw new Failure(`${state.urn} needs ${needed}, which is to be deleted, and is not among the targets`, { advice: "name it as a target too, or take dependents along (--target-dependents)" });
      }
      doomed.add(state);
      urns.add(state.urn);
    }
    return [...doomed];
  }

  /** Throws a Failure for a target that no resource bears. To be asked once all resources were seen. */
  requireMatched(): void {
    const missing = this.#wanted.find((wanted) => !wanted.matched);
    if (missing !== undefined) throw new Failure(`no resource named '${missing.text}' found`, { advice: "./egov state shows the stack's URNs; * stands for anything but a colon, ** for anything" });
  }
}

function isImplicit(state: ResourceState): boolean {
  return state.type === stackType || isProviderType(state.type);
}

function patternOf(text: string): RegExp {
  const segments = text.split("**").map((segment) => segment.split("*").map(escape).join("[^:]*"));
  return new RegExp(`^${segments.join(".*")}$`, "su");
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
