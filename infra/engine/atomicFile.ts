import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const chunkCharacters = 1 << 20;

/** A file's new content, on disk beside it and not yet in its place. */
export interface PreparedFile {
  /** Puts it in place, at once for every reader, and survives a loss of power afterwards. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Replaces a file so that a reader, and a machine that loses power, sees the old content or the new, never a part.
 * The folder must exist.
 */
export async function writeFileAtomic(path: string, content: string): Promise<void> {
  await (await prepareFile(path, [content])).commit();
}

/** Writes the new content of a file, piece by piece, to its side. Throws what the file system says, and leaves nothing. */
export async function prepareFile(path: string, pieces: Iterable<string>): Promise<PreparedFile> {
  const temporary = `${path}.${process.pid}.tmp`;
  const discard = (): Promise<void> => rm(temporary, { force: true });
  try {
    const file = await open(temporary, "w", 0o600);
    try {
      await writePieces(file, pieces);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    discard,
    commit: async () => {
      try {
        await rename(temporary, path);
      } catch (error) {
        await discard();
        throw error;
      }
      await syncFolder(dirname(path));
    },
  };
}

/** Makes what was created, renamed or removed in a folder survive a loss of power. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A state of 10,000 resources is tens of MiB: it is never whole in memory. */
async function writePieces(file: FileHandle, pieces: Iterable<string>): Promise<void> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkCharacters) continue;
    await file.writeFile(chunk);
    chunk = "";
  }
  await file.writeFile(chunk);
}
