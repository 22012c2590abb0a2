import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { specialArchiveSig, specialAssetSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";
import { Failure } from "../../inventory/failure.ts";
import { holdsUnknown } from "../host/inputs.ts";
import type { Properties } from "./secrets.ts";

/** What a file is made of: a local file, or a text. */
export type Content = { readonly path: string; readonly mode: number } | { readonly text: string };

/** What is to be copied, from a FileAsset, a StringAsset, a FileArchive or an AssetArchive. */
export type Source =
  | { readonly kind: "file"; readonly name: string | undefined; readonly content: Content }
  | {
      readonly kind: "folder";
      /** The folder's own name, which the copy keeps; undefined: its content goes into the target itself. */
      readonly name: string | undefined;
      /** Relative, each before what is in it. */
      readonly folders: readonly string[];
      readonly files: ReadonlyMap<string, Content>;
    };

export function isAsset(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && (value as Properties)[specialSigKey] === specialAssetSig;
}

export function isArchive(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && (value as Properties)[specialSigKey] === specialArchiveSig;
}

/** A local file as the protocol hands an asset over. */
export function pathAsset(path: string): Properties {
  return { [specialSigKey]: specialAssetSig, path };
}

/** The same with its hash. */
export async function fileAsset(path: string): Promise<Properties> {
  return withHashes(pathAsset(path)) as Promise<Properties>;
}

/** Several assets as the protocol hands an archive over. */
export async function assetArchive(assets: Readonly<Record<string, unknown>>): Promise<Properties> {
  return withHashes({ [specialSigKey]: specialArchiveSig, assets }) as Promise<Properties>;
}

/**
 * The value with a `hash` in each asset and archive that has none: by it a later change is seen, whatever its path.
 * @throws Failure when a file cannot be read.
 */
export async function withHashes(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isAsset(value) || isArchive(value)) {
    const ready = (typeof value["hash"] === "string" && value["hash"] !== "") || holdsUnknown(value);
    return ready ? value : { ...value, hash: await hashOf(await readSource(value)) };
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map(withHashes));
  }
  const entries = await Promise.all(Object.entries(value).map(async ([key, member]) => [key, await withHashes(member)] as const));
  return Object.fromEntries(entries);
}

/**
 * What an asset or archive stands for.
 * @throws Failure when it is not there, is neither file nor folder, or would have to be fetched.
 */
export async function readSource(value: Properties): Promise<Source> {
  const { path, uri, text, assets } = value as { path?: string; uri?: string; text?: string; assets?: Record<string, unknown> };
  if (uri !== undefined && uri !== "") {
    throw new Failure(`${uri}: a source is a local file, folder or text; nothing is fetched from elsewhere`);
  }
  if (isArchive(value) && assets !== undefined) {
    return readAssets(assets);
  }
  if (path === undefined || path === "") {
    return { kind: "file", name: undefined, content: { text: text ?? "" } };
  }
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(error.code === "ENOENT" ? `the source ${path} is not there` : `the source ${path} cannot be read: ${error.message}`, { cause: error });
  });
  if (info.isFile()) {
    return { kind: "file", name: basename(path), content: { path, mode: info.mode & 0o777 } };
  }
  if (!isArchive(value)) {
    throw new Failure(`the source ${path} is no file`, { advice: "a folder is a FileArchive" });
  }
  return { kind: "folder", name: path.endsWith("/") ? undefined : basename(path), ...(await readFolder(path)) };
}

async function readFolder(folder: string): Promise<{ folders: string[]; files: Map<string, Content> }> {
  const folders: string[] = [];
  const files = new Map<string, Content>();
  const visit = async (relative: string): Promise<void> => {
    for (const entry of (await readdir(join(folder, relative), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inner = join(relative, entry.name);
      const path = join(folder, inner);
      const info = await stat(path).catch(() => undefined);
      if (entry.isDirectory()) {
        folders.push(inner);
        await visit(inner);
      } else if (info?.isFile() === true) {
        files.set(inner, { path, mode: info.mode & 0o777 });
      } else {
        throw new Failure(`the source ${path} is neither file nor folder`, { advice: "links to folders, sockets and the like are not copied" });
      }
    }
  };
  await visit("");
  return { folders, files };
}

async function readAssets(assets: Readonly<Record<string, unknown>>): Promise<Source> {
  const folders = new Set<string>();
  const files = new Map<string, Content>();
  for (const [name, member] of Object.entries(assets).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.startsWith("/") || name.split("/").includes("..")) {
      throw new Failure(`"${name}" leads out of its archive`);
    }
    const source = await readSource(member as Properties);
    const parents = (path: string): void => path.split("/").slice(0, -1).forEach((_, index, all) => folders.add(all.slice(0, index + 1).join("/")));
    if (source.kind === "folder") {
      [...source.folders, ...source.files.keys()].forEach((inner) => parents(`${name}/${inner}/`.replace(/\/$/, "")));
      source.folders.forEach((inner) => folders.add(`${name}/${inner}`));
      source.files.forEach((content, inner) => files.set(`${name}/${inner}`, content));
    } else if (isAsset(member)) {
      parents(name);
      files.set(name, source.content);
    } else {
      throw new Failure(`"${name}" is a packed archive within an archive`, { advice: "unpack it, or name it as a FileAsset" });
    }
  }
  return { kind: "folder", name: undefined, folders: [...folders].sort(), files };
}

/** SHA-256: of a file its content's, as Pulumi has it; of a folder that of its names and contents. */
export async function hashOf(source: Source): Promise<string> {
  if (source.kind === "file") {
    return hashContent(source.content);
  }
  const whole = createHash("sha256");
  source.folders.forEach((folder) => whole.update(`${folder}/\0`));
  for (const [name, content] of source.files) {
    whole.update(`${name}\0${await hashContent(content)}\0`);
  }
  return whole.digest("hex");
}

/** SHA-256 of a content. */
export async function hashContent(content: Content): Promise<string> {
  const hash = createHash("sha256");
  if ("text" in content) {
    return hash.update(content.text).digest("hex");
  }
  await pipeline(createReadStream(content.path), hash).catch((error: Error) => {
    throw new Failure(`the source ${content.path} cannot be read: ${error.message}`, { cause: error });
  });
  return hash.digest("hex");
}
