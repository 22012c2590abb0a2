/** What a design needs to serve TLS: public parts as text, private keys as names of secrets. */
export interface Tls {
  /** The authority's certificate, PEM: what clients trust. */
  readonly authority: string;
  /** By the name in certificates.yaml. */
  readonly certificates: ReadonlyMap<string, ServerTls>;
}

export interface ServerTls {
  /** The server's certificate, PEM. */
  readonly certificate: string;
  /** A placeholder for the private key, PEM, which the provider fills in. */
  readonly key: string;
}

/** The name of the secret that holds a certificate's private key, in stack settings and in placeholders. */
export function keySecret(name: string): string {
  return `key-${name}`;
}

/** The name of the setting that holds a certificate. */
export function certificateSetting(name: string): string {
  return `certificate-${name}`;
}

/** The setting that holds the authority's certificate, in every stack that serves TLS. */
export const AUTHORITY_SETTING = "authority-certificate";

/** A server's part of `tls`. @throws Error when certificates.yaml has no such name, which its checks rule out. */
export function serverTls(tls: Tls, name: string): ServerTls {
  const found = tls.certificates.get(name);
  if (found === undefined) throw new Error(`no certificate '${name}' was given`);
  return found;
}

/** TLS for looking at a design without the settings of any stack, such as for its packages or for tests. */
export function unsignedTls(names: Iterable<string>): Tls {
  return {
    authority: "",
    certificates: new Map([...names].map((name) => [name, { certificate: "", key: `{{secret:${keySecret(name)}}}` }])),
  };
}
