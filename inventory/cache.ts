/**
 * What was found sound is not read, parsed and checked again: every stack's program reads the whole inventory, and most of
 * the time nothing has changed. A province's data is kept with the place of every value, under the digest of its files and
 * of the code that checked them.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Contents } from "./files.ts";
import { placesOf, rememberPlaces, type Places } from "./source.ts";

const OWN_FOLDER = import.meta.dirname;
/** Provinces whose data is kept; the one not read for longest goes first. */
const MOST_KEPT = 16;
const KEPT_IN = path.join(OWN_FOLDER, "../node_modules/.cache/inventory");

interface Kept {
  readonly digest: string;
  readonly contents: Contents;
  readonly places: Places;
}

/** The digest of a province's folder as it is now, to be taken before it is read; undefined when it cannot be read. */
export function digestOf(directory: string): string | undefined {
  try {
    const hash = createHash("sha256");
    for (const name of yamlFiles(directory)) hash.update(`${name}\0`).update(readFileSync(path.join(directory, name))).update("\0");
    for (const line of ownCode()) hash.update(line);
    return hash.digest("hex");
  } catch {
    // The reading proper says what is wrong with the folder.
    return undefined;
  }
}

/** The data of a province that was found sound under this digest. */
export function recall(directory: string, digest: string): Contents | undefined {
  try {
    const kept = deserialize(readFileSync(fileFor(directory))) as Kept;
    if (kept.digest !== digest) return undefined;
    rememberPlaces(kept.contents, kept.places);
    return kept.contents;
  } catch {
    // Not there yet, or of another release: reading the inventory anew makes up for it.
    return undefined;
  }
}

/** Keeps the data of a sound province. Where that cannot be written, the next run reads the files again. */
export function keep(directory: string, digest: string, contents: Contents): void {
  const kept: Kept = { digest, contents, places: placesOf(contents) };
  try {
    mkdirSync(KEPT_IN, { recursive: true });
    const draft = path.join(KEPT_IN, `${process.pid}.draft`);
    writeFileSync(draft, serialize(kept));
    renameSync(draft, fileFor(directory));
    forgetOldest();
  } catch {
    // A cache that cannot be written is none.
  }
}

function forgetOldest(): void {
  const files = readdirSync(KEPT_IN).map((name) => path.join(KEPT_IN, name));
  const byAge = files.map((file) => ({ file, time: statSync(file).mtimeMs })).sort((a, b) => b.time - a.time);
  for (const { file } of byAge.slice(MOST_KEPT)) rmSync(file, { force: true });
}

/** One file a folder, under the name by which it was given: places carry that name. */
function fileFor(directory: string): string {
  return path.join(KEPT_IN, createHash("sha256").update(directory).digest("hex").slice(0, 16));
}

/** The names of all that a reading of the folder looks at. */
function yamlFiles(directory: string): string[] {
  return readdirSync(directory).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith("Pulumi.")).toSorted();
}

/** The schemas and the code that reads and checks: other code may find other faults. */
function ownCode(): string[] {
  return ["", "check", "schema", "model"].flatMap((folder) =>
    readdirSync(path.join(OWN_FOLDER, folder))
      .filter((name) => /\.(ts|json)$/.test(name))
      .toSorted()
      .map((name) => {
        const { size, mtimeMs } = statSync(path.join(OWN_FOLDER, folder, name));
        return `${folder}/${name} ${size} ${mtimeMs}\n`;
      }),
  );
}
