/** What a case of the conformance suite says. Cases are data: an engine that is not ours can be held to them, too. */
import type { Operation } from "../types.ts";

export interface Step {
  /** `up` by default. */
  readonly operation?: "up" | "preview" | "refresh" | "drift" | "destroy";
  /** The body of the program from here on; `File`, `pulumi` and `dir` are there. Absent: as it was. */
  readonly program?: string;
  /** Files of the provider that somebody changes by hand before the step, by name; null: taken away. */
  readonly byHand?: Readonly<Record<string, string | null>>;
  readonly targets?: readonly string[];
  readonly targetDependents?: boolean;
  /** Read everything first. */
  readonly refresh?: boolean;
  /** Take a failed update back. Pulumi cannot. */
  readonly rollbackOnFailure?: boolean;
  /** Stop at the first failure, for this reason. Pulumi cannot be told one. */
  readonly stopOn?: string;

  /** Part of the message that the step fails with; absent: it succeeds. */
  readonly fails?: string;
  /** Part of the Pulumi CLI's message, where its words are others. */
  readonly cliFails?: string;
  /** How many resources each operation was for, those that are not named: none. Reads and default providers do not count. */
  readonly counts?: Partial<Record<Operation, number>>;
  /** What the provider was asked to create, update, delete or read, in this order; a list: in any order. */
  readonly calls?: readonly (string | readonly string[])[];
  /** By resource name: what its record in the state holds, among others; null: it has none. */
  readonly state?: Readonly<Record<string, object | null>>;
  /** Names in the state, in its order, of what is neither the stack nor a default provider. */
  readonly order?: readonly string[];
  /** Names of the files that exist. */
  readonly files?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** The state's bytes are those of before. */
  readonly stateUntouched?: boolean;
  /** Names of what drift was found of (of `drift` and `refresh`), `gone` after those that are no more. */
  readonly drift?: readonly string[];
  /** What was taken back. */
  readonly rolledBack?: readonly string[];
  /** Names of what was not begun, for the update was stopped. */
  readonly remaining?: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Files beside the program, by path. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Why the Pulumi CLI does otherwise, by intent; the case is then for the embedded engine alone. */
  readonly differs?: string;
}

/** URN of a file of the test project, in any stack. */
export const file = (name: string, parents = ""): string => `urn:pulumi:*::trial::${parents}files:index:File::${name}`;
