/** Certificates: for hosts that are there and for names that are the province's own, each at one host. */
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf, type Source } from "../source.ts";

export function checkCertificates(raw: Raw, report: Report): void {
  const zone = raw.services?.dns.zone;
  const hosts = raw.names.hosts;
  const owners = new Map<string, { readonly host: string; readonly at: Source }>();
  for (const certificate of raw.certificates) {
    const { host, names } = certificate;
    if (hosts !== undefined && !hosts.has(host)) {
      const near = closest(host, hosts);
      report.add(sourceOf(certificate, "host"), `there is no host "${host}"`, near === undefined ? "name one of hosts.yaml, or add it there" : `did you mean "${near}"?`);
    }
    names.forEach((name, i) => {
      const at = sourceOf(names, String(i));
      if (zone !== undefined && !name.endsWith(`.${zone}`)) {
        report.add(at, `"${name}" is a foreign name`, `the province's authority signs for names below ${zone} only`);
      }
      const owner = owners.get(name);
      if (owner !== undefined && owner.host !== host) {
        report.add(at, `"${name}" belongs to host "${owner.host}" already (${owner.at.file}:${owner.at.line})`, "a name is one host's");
      }
      const [label] = name.split(".");
      if (zone !== undefined && name === `${label}.${zone}` && label !== host && hosts?.has(label!) === true) {
        report.add(at, `"${name}" is the name of another host`, `name it in a certificate of ${label}`);
      }
      owners.set(name, owner ?? { host, at });
    });
  }
}
