/** Starts another province: a copy of the small one under its own name, which passes all checks and comes up as it is. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "./failure.ts";
import { FILES } from "./files.ts";
import { SCHEMA_DIRECTORY } from "./schema.ts";

const TEMPLATE = new URL("small/", import.meta.url);
const TEMPLATE_SLUG = "tinh-mau";
const TEMPLATE_NAME = "Tỉnh Mẫu";

/**
 * Writes a province of three sites into `directory`, which must be empty or not there yet. `slug` is by default the
 * folder's name. All or nothing: after an error the folder is as it was. Throws a Failure for a folder that holds
 * something, a slug that is none, or a folder that cannot be written.
 */
export function initInventory(directory: string, { slug, name }: { readonly slug?: string; readonly name?: string } = {}): void {
  const target = path.resolve(directory);
  const wanted = slug ?? path.basename(target);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(wanted)) {
    throw new Failure(`"${wanted}" is no slug`, { advice: "use lower-case ASCII letters, digits and hyphens, such as ha-tinh" });
  }
  writeNewFolder(
    directory,
    new Map(FILES.map((file) => {
      const text = readFileSync(new URL(`${file}.yaml`, TEMPLATE), "utf8");
      return [`${file}.yaml`, adapt(text, target, wanted, name ?? wanted)];
    })),
  );
}

/**
 * Writes files, by their paths inside, into a folder that must be empty or not there yet. All or nothing: after an error the
 * folder is as it was. Throws a Failure for a folder that holds something or cannot be written.
 */
export function writeNewFolder(directory: string, files: ReadonlyMap<string, string>): void {
  const target = path.resolve(directory);
  let draft: string | undefined;
  try {
    if (holdsSomething(target)) {
      throw new Failure(`${directory}: the folder is not empty`, { advice: "name a folder that does not exist yet" });
    }
    mkdirSync(path.dirname(target), { recursive: true });
    draft = mkdtempSync(`${target}.draft-`);
    for (const [name, text] of files) {
      mkdirSync(path.dirname(path.join(draft, name)), { recursive: true });
      writeFileSync(path.join(draft, name), text);
    }
    renameSync(draft, target);
  } catch (error) {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
    if (error instanceof Failure) throw error;
    throw new Failure(`${directory}: cannot write the folder (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      advice: "choose a folder that you may write to, on a disk with room",
      cause: error,
    });
  }
}

function holdsSomething(directory: string): boolean {
  try {
    return readdirSync(directory).length > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** The template's text with the new names, and with the way from the new folder to the schemas for editors. */
function adapt(text: string, target: string, slug: string, name: string): string {
  const schemas = path.relative(target, fileURLToPath(SCHEMA_DIRECTORY));
  return text
    .replace("$schema=../schema/", () => `$schema=${schemas}/`)
    .replaceAll(TEMPLATE_SLUG, slug)
    .replace(`name: ${TEMPLATE_NAME}`, () => `name: ${JSON.stringify(name)}`);
}
