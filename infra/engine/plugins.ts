import { access, constants, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import { Failure } from "../../inventory/failure.ts";
import { Child, describeEnding } from "./child.ts";
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

/** True when the engine knows how to start the package's provider. */
export function hasPlugin(project: Project, packageName: string): boolean {
  return packageName === dynamicPackage || project.providers.has(packageName);
}

/** Starts a package's provider. Throws a Failure when there is none or it does not come up. */
export async function startPlugin(packageName: string, host: PluginHost): Promise<Plugin> {
  const { script, parameters, command } = await findPlugin(packageName, host.project);
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

async function findPlugin(packageName: string, project: Project): Promise<{ script: string; parameters: string[]; command?: string }> {
  if (packageName === dynamicPackage) return { script: sdkModule(project.directory, "cmd/dynamic-provider/index.js"), parameters: [] };
  const folder = project.providers.get(packageName);
  if (folder === undefined) {
    throw new Failure(`there is no provider for the package "${packageName}"`, { advice: "name it, with its path, under plugins.providers in Pulumi.yaml" });
  }
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
