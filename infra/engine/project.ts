import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { Failure } from "../../inventory/failure.ts";

/** Pulumi.yaml, as far as the engine needs it. */
export interface Project {
  readonly name: string;
  readonly directory: string;
  /** Working folder of the program. */
  readonly programDirectory: string;
  /** The program within it: `.` or a file name. */
  readonly program: string;
  /** True when Pulumi's own TypeScript loader is wanted, rather than Node's type stripping. */
  readonly typeScript: boolean;
  /** Package name → folder of its provider plugin. */
  readonly providers: ReadonlyMap<string, string>;
}

interface ProjectFile {
  name?: unknown;
  main?: string;
  runtime?: string | { name?: string; options?: { typescript?: boolean } };
  plugins?: { providers?: readonly { name?: string; path?: string }[] };
}

/** Reads Pulumi.yaml. Throws a Failure when it is missing, not YAML, nameless or of another runtime than nodejs. */
export async function readProject(directory: string): Promise<Project> {
  const path = join(directory, "Pulumi.yaml");
  let file: ProjectFile;
  try {
    file = (parse(await readFile(path, "utf8")) ?? {}) as ProjectFile;
  } catch (error) {
    throw new Failure(`${path}: cannot be read (${(error as Error).message.split("\n")[0]})`);
  }
  if (typeof file.name !== "string" || file.name === "") throw new Failure(`${path}: name is missing`);
  const runtime = typeof file.runtime === "string" ? { name: file.runtime } : (file.runtime ?? {});
  if (runtime.name !== "nodejs") throw new Failure(`${path}: runtime is ${runtime.name ?? "missing"}; this engine runs nodejs only`);

  const providers = new Map<string, string>();
  for (const { name, path: folder } of file.plugins?.providers ?? []) {
    if (name === undefined || folder === undefined) throw new Failure(`${path}: each of plugins.providers needs a name and a path`);
    providers.set(name, resolve(directory, folder));
  }
  const main = resolve(directory, file.main ?? ".");
  const isDirectory = await stat(main).then(
    (found) => found.isDirectory(),
    () => {
      throw new Failure(`${path}: main names ${file.main}, which does not exist`);
    },
  );
  return {
    name: file.name,
    directory: resolve(directory),
    programDirectory: isDirectory ? main : dirname(main),
    program: isDirectory ? "." : main,
    typeScript: ("options" in runtime ? runtime.options?.typescript : undefined) ?? true,
    providers,
  };
}
