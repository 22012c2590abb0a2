/** The mail service: its domain and the hosts that it needs. */
import type { HostRole } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { sourceOf } from "../source.ts";

export function checkMail(raw: Raw, report: Report): void {
  const { mail } = raw;
  const zone = raw.services?.dns.zone;
  if (mail !== undefined && zone !== undefined) {
    if (mail.domain !== zone) report.add(sourceOf(mail, "domain"), `the mail domain "${mail.domain}" is not the province's zone`, `write ${zone}, the zone of services.yaml`);
    if (mail.foreignDomain === zone || mail.foreignDomain.endsWith(`.${zone}`)) {
      report.add(sourceOf(mail, "foreignDomain"), `"${mail.foreignDomain}" is the province's own`, "choose a domain of somebody else's");
    }
  }
  if (raw.whole.has("hosts")) checkServers(raw, report);
}

function checkServers(raw: Raw, report: Report): void {
  const ofRole = (role: HostRole) => raw.hosts.filter((host) => host.role === role);
  const exchangers = ofRole("mail-exchanger");
  const mailboxes = ofRole("mailbox");
  for (const host of exchangers) {
    if (mailboxes.length === 0) report.add(sourceOf(host, "role"), `"${host.name}" takes mail, but no host keeps it`, "add a host of role mailbox to hosts.yaml");
  }
  for (const [i, host] of mailboxes.entries()) {
    if (i > 0) report.add(sourceOf(host, "role"), `"${host.name}" is a second host of role mailbox`, `mailboxes stand on one host, "${mailboxes[0]!.name}"; choose another role`);
    if (exchangers.length === 0) report.add(sourceOf(host, "role"), `"${host.name}" keeps mail, but no host takes it`, "add a host of role mail-exchanger to hosts.yaml");
  }
  // A certificate of a host that is not there is likely the one that is missed here.
  if (raw.certificates.some(({ host }) => raw.names.hosts?.has(host) !== true)) return;
  for (const host of [...exchangers, ...mailboxes]) {
    if (raw.certificates.some((certificate) => certificate.host === host.name)) continue;
    report.add(sourceOf(host), `"${host.name}" has no certificate`, "add one for it to certificates.yaml");
  }
}
