/**
 * The province's own certificate authority: one for all services of an environment, kept in its stack settings.
 *
 * Keys are ECDSA on P-256 (RFC 5480), which every client of the last ten years takes.
 */
import { createPrivateKey, X509Certificate, type webcrypto } from "node:crypto";

/** A certificate and its private key, both PEM (RFC 7468). */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MILLISECONDS = 86_400_000;

/** How long an authority lives, days: it has to be handed to every client, so it is changed seldom. */
const AUTHORITY_DAYS = 3650;
/** How long a server's certificate lives, days; browsers take at most 398. */
export const CERTIFICATE_DAYS = 365;
/** A certificate with less than this left is replaced by the next `up`, days. */
export const RENEWAL_DAYS = 30;

/** A new authority that signs for servers below `zone` only (name constraint, RFC 5280, 4.2.1.10). */
export async function createAuthority(commonName: string, zone: string, now = new Date()): Promise<KeyedCertificate> {
  const x509 = await library();
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: now,
    notAfter: new Date(now.getTime() + AUTHORITY_DAYS * DAY_MILLISECONDS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, permitted(zone)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await privatePem(keys.privateKey) };
}

/** A server's certificate for `names` (at least one), the first of which is its subject's. */
export async function issueCertificate(authority: KeyedCertificate, names: readonly string[], now = new Date()): Promise<KeyedCertificate> {
  const x509 = await library();
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey(
    "pkcs8", createPrivateKey(authority.key).export({ type: "pkcs8", format: "der" }), ALGORITHM, false, ["sign"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [names[0]!] }],
    issuer: issuer.subjectName,
    notBefore: now,
    notAfter: new Date(now.getTime() + CERTIFICATE_DAYS * DAY_MILLISECONDS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate), key: await privatePem(keys.privateKey) };
}

/** Whether a certificate serves on: the authority's, with exactly these names and this key, and not about to end. */
export function servesOn(
  { certificate, key }: KeyedCertificate, authority: Pick<KeyedCertificate, "certificate">, names: readonly string[], now = new Date(),
): boolean {
  try {
    const own = new X509Certificate(certificate);
    const issuer = new X509Certificate(authority.certificate);
    const wanted = names.map((name) => `DNS:${name}`).join(", ");
    return own.checkIssued(issuer) && own.verify(issuer.publicKey) && own.checkPrivateKey(createPrivateKey(key)) &&
      own.subjectAltName === wanted && own.validToDate.getTime() - now.getTime() > RENEWAL_DAYS * DAY_MILLISECONDS;
  } catch {
    // Not PEM at all: somebody wrote something else there.
    return false;
  }
}

/** Loaded when something is to be signed, which is seldom: it takes longer than all checks. */
async function library(): Promise<typeof import("@peculiar/x509")> {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

const NAME_CONSTRAINTS = "2.5.29.30";

/** NameConstraints ::= SEQUENCE { [0] { SEQUENCE { [2] zone } } }, in DER. */
function permitted(zone: string): ArrayBuffer {
  const wrap = (tag: number, content: Uint8Array): Uint8Array => Uint8Array.of(tag, content.length, ...content);
  const name = wrap(0x82, new TextEncoder().encode(zone));
  return new Uint8Array(wrap(0x30, wrap(0xa0, wrap(0x30, name)))).buffer;
}

function pem(certificate: { toString(format: "pem"): string }): string {
  return `${certificate.toString("pem").trim()}\n`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ type: "pkcs8", format: "pem" }) as string;
}
