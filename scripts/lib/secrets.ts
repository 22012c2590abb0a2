/** Secrets and certificates that a layer's program asks of its stack's settings: made on the first `up`, kept encrypted. */
import { randomBytes } from "node:crypto";
import { CONFERENCE_SECRETS, SECRET } from "../../infra/conference/secrets.ts";
import { type EngineOptions, ensureSecret, readSettings, setConfig, setSecret } from "../../infra/engine/index.ts";
import { createDkimKey, DKIM_KEY_SECRET, FOREIGN_DKIM_KEY_SECRET } from "../../infra/mail/dkim.ts";
import { PROBE_PASSWORD_SECRET } from "../../infra/mail/names.ts";
import { createAuthority, issueCertificate, type KeyedCertificate, servesOn } from "../../infra/pki/authority.ts";
import { AUTHORITY_SETTING, certificateSetting, keySecret } from "../../infra/pki/tls.ts";
import { type Layer, TLS_ROLES } from "../../stacks/layers.ts";
import type { Selection } from "./province.ts";
import { engineOptions } from "./stacks.ts";

type Generator = () => string;

// FRR's MD5 keys for OSPF end at 16 characters.
const password: Generator = () => randomBytes(12).toString("base64url");

const SECRETS: Readonly<Record<Layer, Readonly<Record<string, Generator>>>> = {
  network: { ospf: password, bgp: password },
  datacenter: {},
  security: {},
  mail: { [PROBE_PASSWORD_SECRET]: password, [DKIM_KEY_SECRET]: createDkimKey, [FOREIGN_DKIM_KEY_SECRET]: createDkimKey },
  conference: Object.fromEntries(CONFERENCE_SECRETS.map((name) => [name, password])),
  monitoring: {},
};

/** Secrets of another layer that a layer's program needs, too: they are copied, so that neither stack has to be up for the other. */
const SHARED: Readonly<Partial<Record<Layer, Readonly<Record<string, Layer>>>>> = {
  monitoring: { [PROBE_PASSWORD_SECRET]: "mail", [SECRET.admin]: "conference" },
};

/** The layer whose settings keep the authority: its key leaves them only to sign. */
const AUTHORITY_LAYER: Layer = "security";
const AUTHORITY = "authority";

/** Settings are files: who changes them waits for who does already. */
let turn: Promise<unknown> = Promise.resolve();

/** Makes the secrets and certificates that the layer's program needs and that its settings do not hold yet. */
export async function ensureSecrets(layer: Layer, selection: Selection): Promise<void> {
  const mine = turn.then(async () => {
    const options = engineOptions(layer, selection);
    const known = await readSettings(options);
    for (const [key, generate] of Object.entries(SECRETS[layer])) {
      if (!known.has(`egov:${key}`)) await ensureSecret(options, `egov:${key}`, generate);
    }
    for (const [key, owner] of Object.entries(SHARED[layer] ?? {})) await share(key, engineOptions(owner, selection), SECRETS[owner][key]!, options);
    if (TLS_ROLES[layer] !== undefined) await ensureCertificates(layer, selection, known);
  });
  turn = mine.catch(() => {});
  await mine;
}

/** Copies a secret from its owner's settings, where it is made if need be, to those of `options`. */
async function share(key: string, owner: EngineOptions, generate: Generator, options: EngineOptions): Promise<void> {
  await ensureSecret(owner, `egov:${key}`, generate);
  const value = valueOf(await readSettings(owner), key);
  if (valueOf(await readSettings(options), key) !== value) await setSecret(options, `egov:${key}`, value);
}

/** Signs the certificates of the layer's hosts that are not there, or are for other names, or end soon. */
async function ensureCertificates(layer: Layer, selection: Selection, known: Settings): Promise<void> {
  const { province } = selection;
  const options = engineOptions(layer, selection);
  const authority = await ensureAuthority(selection);
  await setConfig(options, `egov:${AUTHORITY_SETTING}`, authority.certificate);
  for (const { name, host, names } of province.certificates.values()) {
    if (TLS_ROLES[layer]?.includes(province.hosts.get(host)!.role) !== true) continue;
    const kept = { certificate: valueOf(known, certificateSetting(name)), key: valueOf(known, keySecret(name)) };
    if (servesOn(kept, authority, names)) continue;
    const issued = await issueCertificate(authority, names);
    await setSecret(options, `egov:${keySecret(name)}`, issued.key);
    await setConfig(options, `egov:${certificateSetting(name)}`, issued.certificate);
  }
}

async function ensureAuthority(selection: Selection): Promise<KeyedCertificate> {
  const { province } = selection;
  const options = engineOptions(AUTHORITY_LAYER, selection);
  const kept = valueOf(await readSettings(options), AUTHORITY);
  if (kept !== "") return JSON.parse(kept) as KeyedCertificate;
  const made = await createAuthority(`${province.name} CA`, province.services.dns.zone);
  // One value, so that key and certificate are never of two authorities.
  await setSecret(options, `egov:${AUTHORITY}`, JSON.stringify(made));
  return made;
}

type Settings = Awaited<ReturnType<typeof readSettings>>;

function valueOf(settings: Settings, key: string): string {
  return settings.get(`egov:${key}`)?.value ?? "";
}
