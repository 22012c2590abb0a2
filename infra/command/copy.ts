import { createHash, randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { pipeline } from "node:stream/promises";
import type { SFTPWrapper, Stats } from "ssh2";
import { Failure } from "../../inventory/failure.ts";
import { type Content, type Source, hashContent } from "./assets.ts";

/** Files that are on their way at the same time. */
const PARALLEL = 8;
const NO_SUCH_FILE = 2;

/** How a call of ssh2 answers. */
type Callback<T> = (error: Error | undefined | null, result: T) => void;

async function answer<T>(path: string, call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, result) => {
    if (error === undefined || error === null) {
      resolve(result);
    } else {
      reject(Object.assign(new Failure(`${path}: ${error.message}`, { cause: error }), { code: (error as { code?: number }).code }));
    }
  }));
}

/** What of a source goes where on the host. */
interface Targets {
  /** Each before what is in it. */
  readonly folders: readonly string[];
  readonly files: ReadonlyMap<string, Content>;
}

/** A file goes to the path, or into it where it is a folder; a folder into the path, under its own name if it has one. */
async function targetsOf(sftp: SFTPWrapper, source: Source, remotePath: string): Promise<Targets> {
  if (source.kind === "folder") {
    const root = source.name === undefined ? remotePath : posix.join(remotePath, source.name);
    const files = new Map([...source.files].map(([name, content]) => [posix.join(root, name), content]));
    return { folders: [root, ...source.folders.map((folder) => posix.join(root, folder))], files };
  }
  const there = await statOf(sftp, remotePath);
  if (there?.isDirectory() === true && source.name === undefined) {
    throw new Failure(`${remotePath} is a folder`, { advice: "the remotePath of a text names the file" });
  }
  const target = there?.isDirectory() === true ? posix.join(remotePath, source.name!) : remotePath;
  return { folders: [posix.dirname(target)], files: new Map([[target, source.content]]) };
}

/**
 * Copies a source as `cp -r` does. Folders are made as needed, other files there stay. Each file is replaced in one step
 * and keeps its mode and owner; a new one has its source's mode, or `textMode`.
 * @throws Failure naming the remote path.
 */
export async function copyTo(sftp: SFTPWrapper, source: Source, remotePath: string, textMode: number): Promise<void> {
  const { folders, files } = await targetsOf(sftp, source, remotePath);
  for (const folder of folders) {
    await makeFolder(sftp, folder);
  }
  await eachFile(files, (path, content) => putFile(sftp, content, path, textMode));
}

/** Whether every file of a source is on the host with the same content. */
export async function isCopied(sftp: SFTPWrapper, source: Source, remotePath: string): Promise<boolean> {
  const { files } = await targetsOf(sftp, source, remotePath);
  let same = true;
  await eachFile(files, async (path, content) => {
    const there = same ? await statOf(sftp, path) : undefined;
    const wanted = "text" in content ? Buffer.byteLength(content.text) : (await stat(content.path)).size;
    same &&= there?.isFile() === true && there.size === wanted && (await hashContent(content)) === (await hashRemote(sftp, path));
  });
  return same;
}

async function hashRemote(sftp: SFTPWrapper, path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(sftp.createReadStream(path), hash).catch((error: Error) => {
    throw new Failure(`${path}: ${error.message}`, { cause: error });
  });
  return hash.digest("hex");
}

async function eachFile(files: ReadonlyMap<string, Content>, work: (path: string, content: Content) => Promise<void>): Promise<void> {
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(...next);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** Undefined when it is not there. */
async function statOf(sftp: SFTPWrapper, path: string): Promise<Stats | undefined> {
  return answer<Stats>(path, (callback) => sftp.stat(path, callback)).catch((error: unknown) => {
    if ((error as { code?: number }).code === NO_SUCH_FILE) {
      return undefined;
    }
    throw error;
  });
}

async function makeFolder(sftp: SFTPWrapper, path: string): Promise<void> {
  const there = await statOf(sftp, path);
  if (there?.isDirectory() === true) {
    return;
  }
  if (there !== undefined) {
    throw new Failure(`${path} is there and is no folder`);
  }
  if (posix.dirname(path) !== path) {
    await makeFolder(sftp, posix.dirname(path));
  }
  await answer<void>(path, (callback) => sftp.mkdir(path, callback as never)).catch(async (error: unknown) => {
    // Another copy may have made it meanwhile.
    if ((await statOf(sftp, path))?.isDirectory() !== true) {
      throw error;
    }
  });
}

async function putFile(sftp: SFTPWrapper, content: Content, path: string, textMode: number): Promise<void> {
  const old = await statOf(sftp, path);
  if (old?.isDirectory() === true) {
    throw new Failure(`${path} is a folder`);
  }
  // A link stays one: what it leads to is replaced.
  const target = old === undefined ? path : await answer<string>(path, (callback) => sftp.realpath(path, callback));
  const temporary = posix.join(posix.dirname(target), `.${posix.basename(target)}.${randomBytes(6).toString("hex")}`);
  try {
    if ("text" in content) {
      await answer<void>(target, (callback) => sftp.writeFile(temporary, Buffer.from(content.text), { mode: 0o600, flag: "wx" }, callback as never));
    } else {
      await answer<void>(target, (callback) => sftp.fastPut(content.path, temporary, { mode: 0o600 }, callback as never));
    }
    if (old !== undefined) {
      await keepOwner(sftp, temporary, old, target);
    }
    const mode = old === undefined ? ("text" in content ? textMode : content.mode) : old.mode & 0o7777;
    await answer<void>(target, (callback) => sftp.chmod(temporary, mode, callback as never));
    await replace(sftp, temporary, target);
  } catch (error) {
    await answer<void>(temporary, (callback) => sftp.unlink(temporary, callback as never)).catch(() => undefined);
    throw error;
  }
}

async function keepOwner(sftp: SFTPWrapper, temporary: string, old: Stats, target: string): Promise<void> {
  const made = await answer<Stats>(target, (callback) => sftp.stat(temporary, callback));
  if (made.uid !== old.uid || made.gid !== old.gid) {
    await answer<void>(`${target} cannot keep its owner`, (callback) => sftp.chown(temporary, old.uid, old.gid, callback as never));
  }
}

async function replace(sftp: SFTPWrapper, temporary: string, target: string): Promise<void> {
  const rename = (): Promise<void> => answer<void>(target, (callback) => sftp.rename(temporary, target, callback as never));
  try {
    await answer<void>(target, (callback) => sftp.ext_openssh_rename(temporary, target, callback as never));
  } catch (error) {
    if (!/does not support/i.test((error as Error).message)) {
      throw error;
    }
    // Servers other than OpenSSH: only then there is a moment without the file.
    await answer<void>(target, (callback) => sftp.unlink(target, callback as never)).catch(() => undefined);
    await rename();
  }
}
