import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { Failure } from "../../inventory/failure.ts";
import { writeFileAtomic } from "./atomicFile.ts";
import { type Crypter, createCrypter, openCrypter } from "./crypter.ts";
import { readProject } from "./project.ts";
import type { EngineOptions, Value } from "./types.ts";

type SettingsOptions = Pick<EngineOptions, "projectDirectory" | "settingsDirectory" | "stack" | "passphrase">;

/** A configuration value as the program gets it: structured values as JSON. */
export interface ConfigValue {
  readonly value: string;
  readonly secret: boolean;
}

/** Pulumi.<stack>.yaml. */
export class SettingsFile {
  readonly path: string;
  readonly #document: Document;

  constructor(path: string, document: Document) {
    this.path = path;
    this.#document = document;
  }

  get encryptionSalt(): string | undefined {
    const salt = this.#document.get("encryptionsalt");
    return typeof salt === "string" ? salt : undefined;
  }

  /** True when any value is encrypted. */
  get hasSecrets(): boolean {
    return Object.values(this.#config()).some(holdsSecure);
  }

  /** Every value by its full key (`project:key`); secrets need the crypter. */
  values(crypter: Crypter | undefined): Map<string, ConfigValue> {
    const values = new Map<string, ConfigValue>();
    for (const [key, value] of Object.entries(this.#config())) {
      const secret = holdsSecure(value);
      const plain = secret ? reveal(value, crypter) : value;
      values.set(key, { value: typeof plain === "string" ? plain : JSON.stringify(plain), secret });
    }
    return values;
  }

  setSalt(salt: string): void {
    this.#document.set("encryptionsalt", salt);
  }

  set(key: string, value: string | { readonly secure: string }): void {
    this.#document.setIn(["config", key], value);
  }

  /** False when there was no such value. */
  remove(key: string): boolean {
    return this.#document.deleteIn(["config", key]);
  }

  async write(path: string = this.path): Promise<void> {
    await writeFileAtomic(path, this.#document.toString());
  }

  #config(): Record<string, Value> {
    const config = this.#document.get("config");
    if (config === undefined || config === null) return {};
    if (!isMap(config)) throw new Failure(`${this.path}: config must be a map of keys to values`);
    return config.toJSON() as Record<string, Value>;
  }
}

function holdsSecure(value: Value): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isSecure(value)) return true;
  return Object.values(value).some(holdsSecure);
}

function isSecure(value: Value): value is { secure: string } {
  return typeof value === "object" && value !== null && Object.keys(value).length === 1 && typeof (value as Record<string, Value>)["secure"] === "string";
}

function reveal(value: Value, crypter: Crypter | undefined): Value {
  if (typeof value !== "object" || value === null) return value;
  if (isSecure(value)) {
    if (crypter === undefined) throw new Failure("settings hold secrets but no encryptionsalt");
    return crypter.decrypt(value.secure);
  }
  if (Array.isArray(value)) return value.map((element: Value) => reveal(element, crypter));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, reveal(member, crypter)]));
}

/** Reads Pulumi.<stack>.yaml; a missing file is an empty one. Throws a Failure on a syntax error, with its line. */
export async function openSettings(options: Pick<SettingsOptions, "settingsDirectory" | "stack">): Promise<SettingsFile> {
  const path = join(options.settingsDirectory, `Pulumi.${options.stack}.yaml`);
  let text = "";
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new Failure(`${path}: cannot be read (${(error as Error).message})`);
  }
  const document = parseDocument(text === "" ? "{}" : text);
  const [fault] = document.errors;
  if (fault !== undefined) throw new Failure(`${path}: ${fault.message.split("\n")[0]}`);
  if (text === "" && isMap(document.contents)) document.contents.flow = false;
  return new SettingsFile(path, document);
}

/** Configuration values by full key (`project:key`), secrets in plain. Throws a Failure on a wrong passphrase. */
export async function readSettings(options: SettingsOptions): Promise<ReadonlyMap<string, ConfigValue>> {
  const file = await openSettings(options);
  const crypter = file.hasSecrets && file.encryptionSalt !== undefined ? await openCrypter(options.passphrase, file.encryptionSalt, file.path) : undefined;
  return file.values(crypter);
}

async function change<T>(options: SettingsOptions, edit: (file: SettingsFile, crypter: Crypter) => T): Promise<T> {
  await mkdir(options.settingsDirectory, { recursive: true });
  const file = await openSettings(options);
  const salt = file.encryptionSalt;
  const crypter = salt === undefined ? await createCrypter(options.passphrase) : await openCrypter(options.passphrase, salt, file.path);
  if (salt === undefined) file.setSalt(crypter.salt);
  return edit(file, crypter);
}

async function fullKey(options: Pick<SettingsOptions, "projectDirectory">, key: string): Promise<string> {
  return key.includes(":") ? key : `${(await readProject(options.projectDirectory)).name}:${key}`;
}

/**
 * The secret `key` (without a namespace: the project's) of the stack's settings; generated, encrypted and saved when it
 * is not there yet.
 */
export async function ensureSecret(options: SettingsOptions, key: string, generate: () => string): Promise<string> {
  const name = await fullKey(options, key);
  return change(options, async (file, crypter) => {
    const known = file.values(crypter).get(name);
    if (known !== undefined) return known.value;
    const value = generate();
    file.set(name, { secure: crypter.encrypt(value) });
    await file.write();
    return value;
  });
}

/** Sets a plain configuration value; the file is left alone when it has it already. */
export async function setConfig(options: SettingsOptions, key: string, value: string): Promise<void> {
  const name = await fullKey(options, key);
  await change(options, async (file, crypter) => {
    const known = file.values(crypter).get(name);
    if (known !== undefined && known.value === value && !known.secret) return;
    file.set(name, value);
    await file.write();
  });
}

/** Sets a secret configuration value, encrypted; the file is left alone when it has it already. */
export async function setSecret(options: SettingsOptions, key: string, value: string): Promise<void> {
  const name = await fullKey(options, key);
  await change(options, async (file, crypter) => {
    const known = file.values(crypter).get(name);
    if (known !== undefined && known.value === value && known.secret) return;
    file.set(name, { secure: crypter.encrypt(value) });
    await file.write();
  });
}

/** Removes a configuration value. False when there was none; the file is left alone then. Secrets need not be opened for it. */
export async function removeConfig(options: Omit<SettingsOptions, "passphrase">, key: string): Promise<boolean> {
  const file = await openSettings(options);
  if (!file.remove(await fullKey(options, key))) return false;
  await file.write();
  return true;
}
