/** The key that mail is signed with (DKIM, RFC 6376), and its public half as DNS shows it. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";

/** Names the key in signatures and in DNS. A new key takes a new selector, so that mail on its way stays valid. */
export const DKIM_SELECTOR = "egov1";
/** Stack settings and placeholders: the private key, PEM, and the data of its DNS record. */
export const DKIM_KEY_SECRET = "mail-dkim";
export const DKIM_RECORD_SECRET = "mail-dkim-record";
export const FOREIGN_DKIM_KEY_SECRET = "mail-foreign-dkim";
export const FOREIGN_DKIM_RECORD_SECRET = "mail-foreign-dkim-record";

/** Every receiver takes 2048 bits (RFC 8301, 3.2); longer keys do not fit into a DNS answer of 512 bytes. */
const MODULUS_BITS = 2048;

/** A new private key, PEM (PKCS #8). */
export function createDkimKey(): string {
  return generateKeyPairSync("rsa", {
    modulusLength: MODULUS_BITS, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
}

/** The data of the TXT record for a private key (RFC 6376, 3.6.1), as a zone file has it: texts of at most 255 bytes (RFC 1035, 3.3). */
export function dkimRecord(privateKey: string): string {
  const der = createPublicKey(createPrivateKey(privateKey)).export({ type: "spki", format: "der" });
  return txt(`v=DKIM1; k=rsa; p=${der.toString("base64")}`);
}

/** A text as the data of a TXT record, cut into parts of at most 255 bytes. ASCII without quotes only. */
export function txt(text: string): string {
  return (text.match(/.{1,255}/g) ?? [""]).map((part) => `"${part}"`).join(" ");
}
