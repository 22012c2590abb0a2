/** Assets and archives: files that a program hands to a provider, known by the hash of what they hold. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, readdir, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../inventory/failure.ts";
import type { Properties, Value } from "./types.ts";
import { assetSignature, hasAsset, isAsset, isMap, signatureKey } from "./values.ts";
import { tarEnd, tarEntry } from "./tar.ts";

type ValueMap = { readonly [key: string]: Value };

/** A file within an archive. */
interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

const archiveFile = /\.(?:tar|tgz|tar\.gz|zip|jar)$/;
/** Pulumi's own folder is never part of an archive. */
const bookkeeping = ".pulumi";

/**
 * The inputs with the hash of every asset and archive in them, as Pulumi computes it: SHA-256 of the bytes, for a folder
 * or a set of assets those of its tar archive. Paths are relative to `directory`. Throws a Failure for what cannot be read.
 */
export async function hashAssets(inputs: Properties, directory: string): Promise<Properties> {
  return hasAsset(inputs) ? ((await hashed(inputs, directory)) as Properties) : inputs;
}

async function hashed(value: Value, directory: string): Promise<Value> {
  if (Array.isArray(value)) return Promise.all(value.map((element: Value) => hashed(element, directory)));
  if (!isMap(value)) return value;
  if (isAsset(value)) return { ...value, hash: await hashOf(value, directory) };
  const members = await Promise.all(Object.entries(value).map(async ([key, member]) => [key, await hashed(member, directory)] as const));
  return Object.fromEntries(members);
}

async function hashOf(value: ValueMap, directory: string): Promise<string> {
  const hash = createHash("sha256");
  const path = value["path"];
  if (typeof path === "string" && (value[signatureKey] === assetSignature || archiveFile.test(path))) {
    await pipeline(createReadStream(resolve(directory, path)), hash).catch((error: unknown) => unreadable(path, error));
    return hash.digest("hex");
  }
  if (value[signatureKey] === assetSignature) return hash.update(await contentOf(value, directory)).digest("hex");
  const seen = new Set<string>();
  for await (const { name, content } of entriesOf(value, directory)) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const block of tarEntry(name, content)) hash.update(block);
  }
  return hash.update(tarEnd).digest("hex");
}

async function contentOf(asset: ValueMap, directory: string): Promise<Buffer> {
  const { text, path, uri } = asset;
  if (typeof text === "string") return Buffer.from(text);
  if (typeof path === "string") return readFile(resolve(directory, path)).catch((error: unknown) => unreadable(path, error));
  throw new Failure(`the asset ${String(uri)} is on another machine; this engine makes no connection of its own`, { advice: "fetch it before, and name the file" });
}

/** The files of an archive, in the order in which Pulumi packs them. */
async function* entriesOf(archive: ValueMap, directory: string): AsyncGenerator<Entry> {
  const { assets, path, uri } = archive;
  if (isMap(assets)) {
    for (const name of Object.keys(assets).sort()) {
      const member = assets[name]!;
      if (!isMap(member)) continue;
      if (member[signatureKey] === assetSignature) yield { name, content: await contentOf(member, directory) };
      else for await (const entry of entriesOf(member, directory)) yield { name: join(name, entry.name), content: entry.content };
    }
    return;
  }
  if (typeof path !== "string") throw new Failure(`the archive ${String(uri)} is on another machine; this engine makes no connection of its own`, { advice: "fetch it before, and name the file" });
  if (archiveFile.test(path)) throw new Failure(`the archive ${path} inside another archive is not supported by the embedded engine`, { advice: "unpack it, and name the folder" });
  const root = isAbsolute(path) ? path : join(directory, path);
  const found = await stat(root).catch((error: unknown) => unreadable(path, error));
  if (!found.isDirectory()) throw new Failure(`the archive ${path} is neither a folder nor a .tar, .tgz, .tar.gz or .zip file`);
  for await (const name of filesIn(root)) yield { name, content: await readFile(join(root, name)).catch((error: unknown) => unreadable(join(path, name), error)) };
}

/** Regular files below a folder, each folder's names in byte order; links to files count as these. */
async function* filesIn(root: string, below = ""): AsyncGenerator<string> {
  const names = (await readdir(join(root, below))).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  for (const name of names) {
    if (name === bookkeeping) continue;
    const path = join(below, name);
    const found = await lstat(join(root, path));
    if (found.isDirectory()) yield* filesIn(root, path);
    else if (found.isFile() || (found.isSymbolicLink() && (await stat(join(root, path))).isFile())) yield path;
  }
}

function unreadable(path: string, error: unknown): never {
  throw new Failure(`${path}: cannot be read (${(error as Error).message.split(",")[0]})`);
}
