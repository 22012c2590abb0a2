/** People and groups: that each belongs somewhere, has a login of its own, and that the mail has the hosts that it needs. */
import { probeLogin, ROLE_LOGINS } from "../people.ts";
import type { Person } from "../model.ts";
import type { Report } from "../problem.ts";
import type { Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";

export function checkPeople(raw: Raw, report: Report): void {
  const { people = [], groups = [] } = raw.people ?? {};
  for (const person of people) checkPlace(raw, person, report);
  checkLogins(raw, report);
  const logins = new Set(people.map(({ login }) => login));
  for (const { members } of groups) {
    members.forEach((member, i) => follow(member, logins, members, String(i), report));
  }
  if (raw.mail !== undefined && raw.people !== undefined) follow(raw.mail.postmaster, logins, raw.mail, "postmaster", report);
}

function checkPlace(raw: Raw, person: Person, report: Report): void {
  const { login, unit, body } = person;
  if (unit !== undefined && body !== undefined) {
    report.add(sourceOf(person, "body"), `"${login}" has a unit and a body`, "keep the one where the person works");
  } else if (unit === undefined && body === undefined) {
    report.add(sourceOf(person), `"${login}" has neither a unit nor a body`, "add the unit of units.yaml or the body of bodies.yaml where the person works");
  }
  const places = [["unit", unit, raw.names.units, "units"], ["body", body, raw.names.bodies, "bodies"]] as const;
  for (const [key, name, known, file] of places) {
    if (name === undefined || known === undefined || known.has(name)) continue;
    const near = closest(name, known);
    report.add(sourceOf(person, key), `there is no ${key} "${name}"`, near === undefined ? `name one of ${file}.yaml, or add it there` : `did you mean "${near}"?`);
  }
}

/** People, groups and the service's own addresses share one name space. */
function checkLogins(raw: Raw, report: Report): void {
  const own = new Map([
    ...ROLE_LOGINS.map((login) => [login, "goes to the postmaster of mail.yaml"] as const),
    ...raw.sites.filter((site) => site.kind === "office").map((site) => [probeLogin(site.slug), `is the probe of site "${site.slug}"`] as const),
  ]);
  const first = new Map<string, object>();
  for (const entry of [...(raw.people?.people ?? []), ...(raw.people?.groups ?? [])]) {
    const { login } = entry;
    const taken = own.get(login);
    const earlier = first.get(login);
    if (taken !== undefined) report.add(sourceOf(entry, "login"), `the login "${login}" ${taken}`, "choose another");
    else if (earlier !== undefined) {
      const { file, line } = sourceOf(earlier, "login");
      report.add(sourceOf(entry, "login"), `the login "${login}" belongs to somebody else already (${file}:${line})`, "choose another");
    } else first.set(login, entry);
  }
}

function follow(login: string, known: ReadonlySet<string>, holder: object, key: string, report: Report): void {
  if (known.has(login)) return;
  const near = closest(login, known);
  report.add(sourceOf(holder, key), `there is no person "${login}"`, near === undefined ? "name a login of people.yaml, or add the person there" : `did you mean "${near}"?`);
}
