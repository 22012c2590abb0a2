import { Child } from "./child.ts";
import { sdkModule } from "./plugins.ts";
import type { Project } from "./project.ts";
import type { ConfigValue } from "./settings.ts";

/** Pulumi's executor has told the engine already why the program failed. */
export const reportedExitCode = 32;

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly parallel: number;
  readonly preview: boolean;
  readonly config: ReadonlyMap<string, ConfigValue>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly compileCache: string;
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
}

/** Starts the program under Pulumi's own executor. */
export function startProgram(options: ProgramOptions): Child {
  const { project, config } = options;
  const parameters = [
    "--organization=organization",
    `--project=${project.name}`,
    `--root-directory=${project.directory}`,
    `--stack=${options.stack}`,
    `--monitor=${options.monitorAddress}`,
    `--engine=${options.engineAddress}`,
    `--parallel=${options.parallel}`,
    `--pwd=${project.programDirectory}`,
    ...(options.preview ? ["--dry-run"] : []),
    project.program,
  ];
  return new Child(sdkModule(project.directory, "cmd/run/index.js"), parameters, {
    cwd: project.programDirectory,
    environment: {
      ...options.environment,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries([...config].map(([key, { value }]) => [key, value]))),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify([...config].filter(([, { secret }]) => secret).map(([key]) => key)),
      ...(project.typeScript ? { PULUMI_NODEJS_TYPESCRIPT: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {}),
    },
    compileCache: options.compileCache,
    onLine: options.onLine,
  });
}
