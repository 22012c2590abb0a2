/** What callers of the engine give and get. Plain data; nothing here knows how the engine works. */
import type { PluginPool } from "./pluginPool.ts";

/** A property value as Pulumi's protocol carries it: JSON, with marked objects for secrets and references. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };
export type Properties = Readonly<Record<string, Value>>;

export interface EngineOptions {
  /** Folder that holds Pulumi.yaml. */
  readonly projectDirectory: string;
  /** Stack name without organization and project: `network.twin`. */
  readonly stack: string;
  /** Root of Pulumi's file backend: the folder that holds (or will hold) `.pulumi/`. */
  readonly stateDirectory: string;
  /** Folder of Pulumi.<stack>.yaml. */
  readonly settingsDirectory: string;
  /** Passphrase of the stack's secrets. */
  readonly passphrase: string;
  /** Added to this process's environment for the program and the providers. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Resource operations at once, at least 1; 16 by default. */
  readonly parallel?: number;
  /** Read every resource from its provider first; one that is gone is created again. */
  readonly refresh?: boolean;
  /**
   * Restricts the operation to these resources: URNs, or patterns in which `*` stands for anything but a colon and `**` for
   * anything. Others stay as they are. The stack and providers always belong to it. A target that no resource bears fails.
   */
  readonly targets?: readonly string[];
  /** What needs a target is one, too. */
  readonly targetDependents?: boolean;
  /** Asked of each failed step; a text it gives back stops anything new from being started, and is told as the reason. */
  readonly stopOn?: (failed: StepEvent) => string | undefined;
  /**
   * When an `up` does not succeed, what it did is taken back: created resources are deleted, updated ones get their old
   * inputs, deleted ones are made again. Not after an abort: who aborts decides for himself.
   */
  readonly rollbackOnFailure?: boolean;
  /**
   * With rollbackOnFailure: what else has to succeed before what this update did is kept, the stacks after it most likely. When
   * it rejects, all is taken back. Until then the update does not end, but its outputs can be read.
   */
  readonly keepAfter?: Promise<unknown>;
  /** Called when the update itself has succeeded and only waits for `keepAfter`. */
  readonly onApplied?: () => void;
  /** The longest that a provider may take for one call where customTimeouts says nothing; 3600 by default. */
  readonly providerTimeoutSeconds?: number;
  /**
   * What has to be done before this stack may touch anything, another stack's update most likely. The program is started
   * and loaded at once, and waits at its first resource. When it rejects, nothing is touched and the update fails.
   */
  readonly after?: Promise<unknown>;
  /** Plugins shared with other updates of the caller, who disposes of them; by default the update has its own. */
  readonly plugins?: PluginPool;
  /** Called for everything that happens, in order. Must not throw. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** When aborted, nothing new is started, running operations finish, and the state is saved. */
  readonly signal?: AbortSignal;
}

export type Operation = "create" | "update" | "replace" | "delete" | "same" | "read" | "import";

/** One changed property. Secrets are shown as `[secret]`, values not known yet as `[unknown]`. */
export interface PropertyChange {
  /** `files["/etc/hosts"].content` */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly old?: Value;
  readonly new?: Value;
  /** For changed multi-line texts: unified diff hunks with three lines of context. */
  readonly hunks?: readonly LineHunk[];
  /** This change makes the resource be replaced. */
  readonly replaces: boolean;
}

/** One hunk of a unified diff; line numbers count from 1. */
export interface LineHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Each line begins with ` `, `-` or `+`. */
  readonly lines: readonly string[];
}

export interface ResourceName {
  readonly urn: string;
  /** `host:index:Configuration` */
  readonly type: string;
  readonly name: string;
}

export interface StepEvent extends ResourceName {
  /** `plan` in a preview; `start`, then `done` or `failed`, otherwise. */
  readonly kind: "plan" | "start" | "done" | "failed";
  readonly op: Operation;
  readonly diff: readonly PropertyChange[];
  /** The deletion is the end of a replacement: the new resource stands already. Not counted. */
  readonly ofReplacement?: boolean;
  /** The step takes back what this update did before. Not counted. */
  readonly rollback?: boolean;
  /** One line; only when `failed`. */
  readonly error?: string;
  /** Only when `done` or `failed`. */
  readonly durationSeconds?: number;
}

/** A resource that was not touched because another one, which it needs, failed. */
export interface SkippedEvent extends ResourceName {
  readonly kind: "skipped";
  /** URN of the resource that it waits for. */
  readonly because: string;
}

/** A refresh found that life differs from the state. */
export interface DriftEvent extends ResourceName {
  readonly kind: "drift";
  readonly gone: boolean;
  readonly diff: readonly PropertyChange[];
}

export interface DiagnosticEvent {
  readonly kind: "diagnostic";
  /** `debug` is noise for users, such as stack traces on a provider's standard error. */
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  /** Everything said, where `message` is only its gist. */
  readonly details?: string;
  readonly urn?: string;
  /** Who speaks: `program`, `engine` or `provider <name>`. */
  readonly source: string;
}

export interface SummaryEvent {
  readonly kind: "summary";
  readonly result: UpdateResult;
}

export type EngineEvent = StepEvent | SkippedEvent | DriftEvent | DiagnosticEvent | SummaryEvent;

export interface UpdateResult {
  /** False: the caller exits 1. */
  readonly succeeded: boolean;
  readonly aborted: boolean;
  /** Resources by what was (in a preview: would be) done with them. Default providers are not counted. */
  readonly counts: Readonly<Record<Operation, number>>;
  readonly failed: readonly { readonly urn: string; readonly error: string }[];
  readonly skipped: readonly { readonly urn: string; readonly because: string }[];
  /** After an abort or a stop: URNs that were asked for but not begun, or known from before and not reached. */
  readonly remaining: readonly string[];
  /** What a refresh found to differ from the state, in the order in which it was found. */
  readonly drift: readonly DriftEvent[];
  /** With rollbackOnFailure: what was taken back, and what it had been. */
  readonly rolledBack: readonly { readonly urn: string; readonly op: Operation }[];
  /** With rollbackOnFailure: what could not be taken back, and why. */
  readonly notRolledBack: readonly { readonly urn: string; readonly error: string }[];
  /** Errors that belong to no resource: the program's, the state's; one line each. */
  readonly errors: readonly string[];
  /** The stack's outputs; secrets as `[secret]`. */
  readonly outputs: Properties;
  /** True when anything was (would be) created, updated, replaced, imported or deleted; of a refresh: when life differs. */
  readonly changed: boolean;
  readonly durationSeconds: number;
}
