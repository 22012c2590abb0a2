/** Who is who in the mail of a province: its servers, the names they are called by, and every mailbox. */
import { serverTls, type ServerTls, type Tls } from "../pki/tls.ts";
import { hostAddress } from "../network/resolver.ts";
import type { Host, Province } from "../../inventory/model.ts";
import { probeLogin } from "../../inventory/people.ts";
import { hostsOfRole } from "../../inventory/reach.ts";

/** The hosts of a province's mail. */
export interface MailHosts {
  /** Take mail from everywhere, in their order of preference. */
  readonly exchangers: readonly Host[];
  /** Keeps the mailboxes. */
  readonly mailbox: Host;
}

/** Undefined in a province without mail; inventory checks see to it that it has all of it or nothing. */
export function mailHosts(province: Province): MailHosts | undefined {
  const exchangers = hostsOfRole(province, "mail-exchanger");
  const [mailbox] = hostsOfRole(province, "mailbox");
  return exchangers.length === 0 || mailbox === undefined ? undefined : { exchangers, mailbox };
}

/** The name by which mail programs call the mailbox host, the first of its certificate: `mail.nghean.gov.vn`. */
export function mailServerName(province: Province, { mailbox }: MailHosts): string {
  return certificateOf(province, mailbox).names[0] as string;
}

/** The certificate that a host of the mail shows. */
export function tlsOf(province: Province, tls: Tls, host: Host): ServerTls {
  return serverTls(tls, certificateOf(province, host).name);
}

function certificateOf(province: Province, host: Host) {
  const found = [...province.certificates.values()].find((one) => one.host === host.name);
  if (found === undefined) throw new Error(`${host.name} has no certificate`);
  return found;
}

/** `mx1.nghean.gov.vn`. */
export function fullName(province: Province, host: Host): string {
  return `${host.name}.${province.services.dns.zone}`;
}

/** A server's addresses. @throws Error for a host without any, which inventory checks rule out. */
export function addressesOf(host: Host): { readonly ipv4: string; readonly ipv6: string } {
  const address = hostAddress(host);
  if (address === undefined) throw new Error(`${host.name} has no address`);
  return address;
}

export interface Mailbox {
  /** With the domain, in lower case. */
  readonly address: string;
  readonly quotaMiB: number;
  /** crypt(3), or a placeholder for it. Without one nobody can log in. */
  readonly passwordHash?: string;
}

/** The secret with the password of every probe mailbox, and the one with its hash. */
export const PROBE_PASSWORD_SECRET = "mail-probe";
export const PROBE_HASH_SECRET = "mail-probe-hash";

/** A probe's messages are deleted as soon as they are read; MiB. */
const PROBE_QUOTA_MIB = 16;

/** People's mailboxes in the inventory's order, then one for the probe of each office. */
export function mailboxes(province: Province): Mailbox[] {
  const { domain, defaultQuotaMiB } = province.mail;
  return [
    ...province.people.people.map(({ login, quotaMiB, passwordHash }): Mailbox => ({
      address: `${login}@${domain}`, quotaMiB: quotaMiB ?? defaultQuotaMiB, ...(passwordHash !== undefined && { passwordHash }),
    })),
    ...[...province.sites.values()].filter((site) => site.kind === "office").map((site): Mailbox => ({
      address: probeAddress(province, site.slug), quotaMiB: PROBE_QUOTA_MIB, passwordHash: `{{secret:${PROBE_HASH_SECRET}}}`,
    })),
  ];
}

/** Where the probe of an office sends from and reads its mail. */
export function probeAddress(province: Province, site: string): string {
  return `${probeLogin(site)}@${province.mail.domain}`;
}
