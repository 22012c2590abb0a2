import { type FileHandle, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { Failure } from "../../inventory/failure.ts";
import { prepareFile, syncFolder } from "./atomicFile.ts";
import type { PendingType } from "./checkpoint.ts";
import { crashPoint } from "./crashPoint.ts";
import type { ResourceState } from "./resourceState.ts";

/**
 * What the journal remembers. Resources are as they lie in the checkpoint, secrets encrypted, and are spoken of by their
 * slot in the Snapshot.
 */
export type JournalEntry =
  /**
   * What follows builds on the checkpoint with this SHA-256 (null: on none). `settled`: how many of its first resources
   * the update had dealt with; `calls`: the numbers of its last pending operations.
   */
  | { readonly op: "base"; readonly checkpoint: string | null; readonly settled: number; readonly calls: readonly number[]; readonly salt: string }
  /** The provider is about to be asked. `seed`: of the names that it makes up, base64. */
  | { readonly op: "begin"; readonly call: number; readonly type: PendingType; readonly resource: ResourceState; readonly seed?: string }
  /** It answered; what came of it stands in the same line. */
  | { readonly op: "end"; readonly call: number }
  /** Without `resource` it stays as it was and only moves to where the update has come. */
  | { readonly op: "settle"; readonly slot?: number; readonly resource?: ResourceState }
  | { readonly op: "amend"; readonly slot: number; readonly resource: ResourceState }
  | { readonly op: "remove"; readonly slot: number };

/** One line of the file: entries that are written and synced at once, behind the checksum of their text. */
export function formatLine(entries: readonly string[]): string {
  const text = `[${entries.join(",")}]`;
  return `${checksum(text)} ${text}\n`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** What a journal says, and how many bytes of it are whole. */
export interface JournalContent {
  readonly entries: readonly JournalEntry[];
  readonly wholeBytes: number;
}

/**
 * Reads a journal; nothing when there is no file. A last line that is torn was never acknowledged, so that nothing was
 * done on its account: it is dropped. Throws a Failure on a fault anywhere else.
 */
export async function readJournal(path: string): Promise<JournalContent> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { entries: [], wholeBytes: 0 };
    throw new Failure(`${path}: cannot be read (${(error as Error).message})`);
  }
  const entries: JournalEntry[] = [];
  let begin = 0;
  for (let number = 1; begin < content.length; number += 1) {
    const end = content.indexOf("\n", begin);
    const line = content.toString("utf8", begin, end < 0 ? content.length : end);
    const batch = line.slice(9);
    if (end >= 0 && line.slice(0, 9) === `${checksum(batch)} `) {
      for (const entry of JSON.parse(batch) as JournalEntry[]) entries.push(entry);
      begin = end + 1;
      continue;
    }
    if (end < 0 || end === content.length - 1) break;
    throw new Failure(`${path}:${number}: the line is damaged, and others follow it`, {
      advice: `what stands before it is whole: keep a copy, cut the file there (head -n ${number - 1}), and run up --refresh to see what is missing`,
    });
  }
  return { entries, wholeBytes: begin };
}

/** The file that an update appends to. One call at a time. */
export class Journal {
  readonly path: string;
  #file: FileHandle | undefined;
  /** So much of the file is whole; what follows is torn, and goes before anything is appended. */
  #bytes: number;

  constructor(path: string, wholeBytes = 0) {
    this.path = path;
    this.#bytes = wholeBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the entries are on disk. `entries`: JSON texts of JournalEntry. */
  async append(entries: readonly string[]): Promise<void> {
    if (this.#file === undefined) {
      await mkdir(dirname(this.path), { recursive: true });
      this.#file = await open(this.path, "a", 0o600);
      await syncFolder(dirname(this.path));
    }
    const line = Buffer.from(formatLine(entries));
    if ((await this.#file.stat()).size > this.#bytes) await this.#file.truncate(this.#bytes);
    crashPoint();
    await this.#file.appendFile(line);
    crashPoint();
    await this.#file.datasync();
    this.#bytes += line.length;
  }

  /** Begins anew, with these entries. */
  async restart(entries: readonly string[]): Promise<void> {
    const line = formatLine(entries);
    await (await prepareFile(this.path, [line])).commit();
    await this.close();
    this.#bytes = Buffer.byteLength(line);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Closes it, and takes the file away. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
    this.#bytes = 0;
  }
}
