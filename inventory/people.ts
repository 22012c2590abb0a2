/** Logins that are not people's: the mail service's own. */

/** What every domain has to answer to (RFC 2142, 5321 4.5.1): mail to these goes to the postmaster of mail.yaml. */
export const ROLE_LOGINS: readonly string[] = ["abuse", "hostmaster", "postmaster"];

/** The mailbox by which an office's way to its mail is tried. */
export function probeLogin(site: string): string {
  return `probe.${site}`;
}
