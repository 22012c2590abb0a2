import { access, constants, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import { Failure } from "../../inventory/failure.ts";
import { Child, describeEnding } from "./child.ts";
import { findInstalled } from "./installedPlugins.ts";
import type { Project } from "./project.ts";
import { PluginProvider } from "./provider.ts";

const startSeconds = 60;
/** The package of dynamic providers, which the SDK itself serves. */
const dynamicPackage = "pulumi-nodejs";

export interface PluginHost {
  readonly project: Project;
  readonly engineAddress: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly compileCache: string;
  /** The longest that a call may take where customTimeouts says nothing. */
  readonly callTimeoutSeconds: number;
  /** Aborted when the update ends: a plugin that is still starting is given up. */
  readonly signal: AbortSignal;
  readonly onLine: (packageName: string, stream: "stdout" | "stderr", line: string) => void;
}

/** A running provider plugin. */
export interface Plugin {
  readonly provider: PluginProvider;
  /** Resolves when its process has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Path of a module of the project's own Pulumi SDK. */
export function sdkModule(projectDirectory: string, path: string): string {
  try {
    return createRequire(join(projectDirectory, "Pulumi.yaml")).resolve(`@pulumi/pulumi/${path}`);
  } catch {
    throw new Failure(`${projectDirectory}: @pulumi/pulumi is not installed`, { advice: "run npm install there" });
  }
}

/** True when the project itself says how to start the package's provider. */
export function hasPlugin(project: Project, packageName: string): boolean {
  return packageName === dynamicPackage || project.providers.has(packageName);
}

/**
 * Starts a package's provider, of the wanted version (empty: any) where it is an installed one. Throws a Failure when there
 * is none or it does not come up.
 */
export async function startPlugin(packageName: string, version: string, host: PluginHost): Promise<Plugin> {
  const attached = debuggedPort(packageName, host.environment);
  if (attached !== undefined) return attach(packageName, attached, host);
  const { script, parameters, command } = await findPlugin(packageName, version, host);
  let announce: (line: string) => void = () => undefined;
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  let first = true;
  let lastError = "";
  const child = new Child(
    script,
    [...parameters, host.engineAddress],
    {
      cwd: host.project.programDirectory,
      environment: host.environment,
      compileCache: host.compileCache,
      onLine: (stream, line) => {
        if (stream === "stdout" && first) {
          first = false;
          announce(line.trim());
          return;
        }
        if (stream === "stderr" && line.trim() !== "") lastError = line.trim();
        host.onLine(packageName, stream, line);
      },
    },
    command,
  );
  const obituary = child.ended.then((ending) => `the provider ${packageName} ended unexpectedly (${describeEnding(ending)})`);

  let timer: NodeJS.Timeout | undefined;
  const { signal } = host;
  const port = await Promise.race([
    announced,
    child.ended.then(() => undefined),
    new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), startSeconds * 1000);
      if (signal.aborted) resolve(undefined);
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    }),
  ]);
  clearTimeout(timer);
  if (port === undefined || !/^\d+$/.test(port)) {
    const ending = await Promise.race([child.ended, Promise.resolve(undefined)]);
    await child.stop();
    const silence = ending === undefined ? `said nothing for ${startSeconds} s` : describeEnding(ending);
    const why = port !== undefined ? `said "${port}" instead of its port` : silence;
    throw new Failure(`the provider ${packageName} did not start: ${why}${lastError === "" ? "" : ` (${lastError})`}`);
  }
  const provider = new PluginProvider(packageName, `127.0.0.1:${port}`, obituary, host.callTimeoutSeconds);
  try {
    await provider.handshake(host.engineAddress, host.project.directory, host.project.programDirectory);
  } catch (error) {
    provider.close();
    await child.stop();
    throw new Failure(`the provider ${packageName} did not start: ${(error as Error).message}`);
  }
  return {
    provider,
    ended: child.ended,
    stop: async () => {
      await provider.cancel();
      provider.close();
      await child.stop();
    },
  };
}

/** The port of a provider that runs already, under a debugger most likely: PULUMI_DEBUG_PROVIDERS is `name:port,…`. */
function debuggedPort(packageName: string, environment: PluginHost["environment"]): string | undefined {
  const named = (environment["PULUMI_DEBUG_PROVIDERS"] ?? "").split(",").map((entry) => entry.trim().split(":"));
  return named.find(([name]) => name === packageName)?.[1];
}

async function attach(packageName: string, port: string, host: PluginHost): Promise<Plugin> {
  const gone = new Promise<never>(() => undefined);
  const provider = new PluginProvider(packageName, `127.0.0.1:${port}`, gone, host.callTimeoutSeconds);
  try {
    await provider.attach(host.engineAddress);
  } catch (error) {
    provider.close();
    throw new Failure(`the provider ${packageName} that PULUMI_DEBUG_PROVIDERS names does not answer on port ${port} (${(error as Error).message})`);
  }
  // It is not ours to stop.
  return { provider, ended: gone, stop: async () => provider.close() };
}

interface Launch {
  readonly script: string;
  readonly parameters: string[];
  readonly command?: string;
}

async function findPlugin(packageName: string, version: string, { project, environment }: PluginHost): Promise<Launch> {
  if (packageName === dynamicPackage) return { script: sdkModule(project.directory, "cmd/dynamic-provider/index.js"), parameters: [] };
  const named = project.providers.get(packageName);
  if (named !== undefined) return launchOf(packageName, named, project);
  const installed = await findInstalled(packageName, version, environment);
  if (installed === undefined) {
    const what = version === "" ? `the package "${packageName}"` : `the package "${packageName}" in version ${version} or a later one of the same major version`;
    throw new Failure(`there is no provider for ${what}`, { advice: "name it, with its path, under plugins.providers in Pulumi.yaml, or install the plugin (pulumi plugin install, or its folder below ~/.pulumi/plugins)" });
  }
  if ("program" in installed) return { script: "", parameters: [], command: installed.program };
  return launchOf(packageName, installed.folder, project);
}

async function launchOf(packageName: string, folder: string, project: Project): Promise<Launch> {
  const binary = join(folder, `pulumi-resource-${packageName}`);
  if (await exists(binary, constants.X_OK)) return { script: "", parameters: [], command: binary };
  const manifest = join(folder, "PulumiPlugin.yaml");
  let runtime: unknown;
  try {
    runtime = (parse(await readFile(manifest, "utf8")) as { runtime?: unknown } | null)?.runtime;
  } catch {
    throw new Failure(`the provider ${packageName}: neither ${manifest} nor ${binary} is there`);
  }
  const name = typeof runtime === "object" && runtime !== null && "name" in runtime ? runtime.name : runtime;
  if (name !== "nodejs") throw new Failure(`${manifest}: runtime is ${String(name)}; this engine runs nodejs only`);
  // An entry in JavaScript needs nothing of run-plugin, which would load the TypeScript compiler first.
  const entry = join(folder, "index.js");
  if (await exists(entry, constants.R_OK)) return { script: entry, parameters: [] };
  return { script: sdkModule(project.directory, "cmd/run-plugin/index.js"), parameters: [folder] };
}

function exists(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
