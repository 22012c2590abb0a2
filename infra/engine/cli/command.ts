import { delimiter, dirname } from "node:path";
import type { EngineOptions } from "../types.ts";
import { defaultParallel } from "../session.ts";

export type CliOperation = "preview" | "up" | "destroy" | "refresh" | "drift";

/** Where the CLI finds the stack: a copy of the caller's folders in some previews. */
export interface Place {
  readonly stateDirectory: string;
  readonly settingsPath: string;
}

const COMMANDS: Readonly<Record<CliOperation, readonly string[]>> = {
  preview: ["preview"],
  up: ["up", "--skip-preview", "--yes"],
  destroy: ["destroy", "--skip-preview", "--yes"],
  refresh: ["refresh", "--skip-preview", "--yes"],
  drift: ["refresh", "--preview-only"],
};

/** The CLI's command line. No secret is on it. */
export function commandLine(operation: CliOperation, options: EngineOptions, place: Place, eventLog: string): string[] {
  const changes = operation === "up" || operation === "destroy";
  const mayRefresh = changes || operation === "preview";
  return [
    ...COMMANDS[operation],
    "--non-interactive",
    "--color=never",
    `--stack=${options.stack}`,
    `--config-file=${place.settingsPath}`,
    `--parallel=${options.parallel ?? defaultParallel}`,
    `--event-log=${eventLog}`,
    ...(mayRefresh ? [`--refresh=${options.refresh === true}`] : []),
    // Without it, nothing new is begun after the first failure: what a caller wants who may stop on one.
    ...(changes ? [`--continue-on-error=${options.stopOn === undefined}`] : []),
    ...(options.targets ?? []).map((target) => `--target=${target}`),
    ...(options.targetDependents === true ? ["--target-dependents"] : []),
  ];
}

/** What the CLI finds in its environment: this process's own, the caller's additions, the stack's place, and no network. */
export function commandEnvironment(options: EngineOptions, place: Place): NodeJS.ProcessEnv {
  const { PULUMI_CONFIG_PASSPHRASE_FILE: _file, ...inherited } = process.env;
  return {
    ...inherited,
    ...options.environment,
    // Programs and plugins run with the same Node as this process.
    PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${place.stateDirectory}`,
    PULUMI_CONFIG_PASSPHRASE: options.passphrase,
    // As the embedded engine reads them.
    PULUMI_DIY_BACKEND_GZIP: "false",
    PULUMI_DIY_BACKEND_ZSTD: "false",
    // Shows --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_NEO: "false",
    PULUMI_SUPPRESS_NEO_LINK: "true",
  };
}
