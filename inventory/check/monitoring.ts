/** The monitoring: one host with its certificate, and somebody who is told. */
import type { HostRole } from "../model.ts";
import { MONITORING_CERTIFICATE } from "../model/monitoring.ts";
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";

export function checkMonitoring(raw: Raw, report: Report): void {
  const { monitoring } = raw;
  if (monitoring === undefined) return;
  if (raw.people !== undefined) checkReader(monitoring, raw.people, report);
  if (raw.whole.has("hosts")) checkHost(raw, monitoring, report);
}

type Monitoring = NonNullable<Raw["monitoring"]>;

function checkReader(monitoring: Monitoring, { people, groups }: NonNullable<Raw["people"]>, report: Report): void {
  const logins = new Set([...people, ...groups].map(({ login }) => login));
  if (logins.has(monitoring.alertsTo)) return;
  const near = closest(monitoring.alertsTo, logins);
  report.add(sourceOf(monitoring, "alertsTo"), `nobody reads mail to "${monitoring.alertsTo}"`, near === undefined ? "name a person or a group of people.yaml" : `did you mean "${near}"?`);
}

function checkHost(raw: Raw, monitoring: Monitoring, report: Report): void {
  const ofRole = (role: HostRole) => raw.hosts.filter((host) => host.role === role);
  const [host, ...more] = ofRole("monitoring");
  if (host === undefined) {
    report.add(sourceOf(monitoring), "no host monitors", "add one of role monitoring to hosts.yaml");
    return;
  }
  for (const second of more) report.add(sourceOf(second, "role"), `"${second.name}" is a second host of role monitoring`, `"${host.name}" monitors; choose another role`);
  // Half a mail service is named by its own check.
  if (ofRole("mail-exchanger").length + ofRole("mailbox").length === 0) report.add(sourceOf(monitoring, "alertsTo"), "there is no mail service to send alerts by", "add hosts of the roles mail-exchanger and mailbox to hosts.yaml");
  if (!raw.whole.has("certificates")) return;
  const certificate = raw.certificates.find(({ name }) => name === MONITORING_CERTIFICATE);
  if (certificate === undefined) report.add(sourceOf(host), `"${host.name}" has no certificate`, `add one called ${MONITORING_CERTIFICATE} to certificates.yaml`);
  else if (certificate.host !== host.name) report.add(sourceOf(certificate, "host"), `the certificate "${MONITORING_CERTIFICATE}" is at "${certificate.host}"`, `"${host.name}" monitors and needs it`);
}
