/** What other rooms ask of the mail: names, addresses, the foreign user. */
export { FOREIGN_STORE, FOREIGN_USER } from "./foreign.ts";
export { addressesOf, fullName, type MailHosts, mailHosts, mailServerName, probeAddress, PROBE_PASSWORD_SECRET } from "./names.ts";
