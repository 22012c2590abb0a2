import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Failure } from "../../inventory/failure.ts";

/** Pulumi's passphrase secrets: PBKDF2-SHA256 of a million rounds, AES-256-GCM. */
const rounds = 1_000_000;
const keyBytes = 32;
const saltBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const verifier = "pulumi";

const deriveKey = promisify(pbkdf2);
const keys = new Map<string, Promise<Buffer>>();

export class Crypter {
  /** As it stands in `encryptionsalt`: `v1:<salt>:v1:<nonce>:<ciphertext of the verifier>`. */
  readonly salt: string;
  readonly #key: Buffer;

  constructor(salt: string, key: Buffer) {
    this.salt = salt;
    this.#key = key;
  }

  encrypt(plaintext: string): string {
    return encryptWith(this.#key, plaintext);
  }

  /** Throws a Failure when the text was not encrypted with this key. */
  decrypt(text: string): string {
    const [version, nonce, sealed] = text.split(":");
    if (version !== "v1" || nonce === undefined || sealed === undefined) throw new Failure("a secret is not in the form v1:<nonce>:<ciphertext>");
    const bytes = Buffer.from(sealed, "base64");
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, Buffer.from(nonce, "base64"));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString("utf8");
    } catch (error) {
      throw new Failure("a secret cannot be decrypted with this stack's passphrase", { cause: error });
    }
  }
}

function encryptWith(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

/** The key for a passphrase and salt; derived once a process, since a derivation takes a quarter of a second. */
function keyFor(passphrase: string, salt: Buffer): Promise<Buffer> {
  const name = `${salt.toString("base64")}:${passphrase}`;
  let key = keys.get(name);
  if (key === undefined) {
    key = deriveKey(passphrase, salt, rounds, keyBytes, "sha256");
    keys.set(name, key);
  }
  return key;
}

/** Opens the secrets of a stack. Throws a Failure when the passphrase is wrong; `where` names the stack for it. */
export async function openCrypter(passphrase: string, encryptionSalt: string, where: string): Promise<Crypter> {
  const [version, salt, ...sealed] = encryptionSalt.split(":");
  if (version !== "v1" || salt === undefined || sealed.length !== 3) {
    throw new Failure(`${where}: encryptionsalt is not in the form v1:<salt>:v1:<nonce>:<ciphertext>`);
  }
  const crypter = new Crypter(encryptionSalt, await keyFor(passphrase, Buffer.from(salt, "base64")));
  let opened: string | undefined;
  try {
    opened = crypter.decrypt(sealed.join(":"));
  } catch {
    opened = undefined;
  }
  if (opened !== verifier) throw new Failure(`${where}: the passphrase is wrong`, { advice: "give the passphrase that the stack was made with" });
  return crypter;
}

/** Makes the secrets of a new stack, with a salt of its own. */
export async function createCrypter(passphrase: string): Promise<Crypter> {
  const salt = randomBytes(saltBytes);
  const key = await keyFor(passphrase, salt);
  return new Crypter(`v1:${salt.toString("base64")}:${encryptWith(key, verifier)}`, key);
}
