/** The conference: that every room has somebody to lead it, that ports do not meet, and that there is a host with its certificate. */
import type { Report } from "../problem.ts";
import { CONFERENCE_CERTIFICATE, TURN_PORTS } from "../model/conference.ts";
import type { Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";

export function checkConference(raw: Raw, report: Report): void {
  const { conference } = raw;
  if (conference === undefined) return;
  checkPorts(conference, report);
  checkRooms(raw, conference, report);
  checkHost(raw, conference, report);
}

type Conference = NonNullable<Raw["conference"]>;

function checkPorts(conference: Conference, report: Report): void {
  const ranges = [["mediaPorts", conference.mediaPorts], ["relayPorts", conference.relayPorts]] as const;
  for (const [key, [first, last]] of ranges) {
    if (first > last) report.add(sourceOf(conference, key), `"${key}" ends at ${last}, before it begins at ${first}`, "write the smaller port first");
    for (const port of Object.values(TURN_PORTS)) {
      if (first <= port && port <= last) report.add(sourceOf(conference, key), `"${key}" holds ${port}, where TURN listens`, "choose ports that leave it free");
    }
  }
  const [media, relay] = [conference.mediaPorts, conference.relayPorts];
  if (media[0] <= relay[1] && relay[0] <= media[1]) {
    report.add(sourceOf(conference, "relayPorts"), `the ports ${relay.join("-")} of TURN overlap the media ports ${media.join("-")}`, "choose ranges that do not meet");
  }
}

function checkRooms(raw: Raw, conference: Conference, report: Report): void {
  const logins = raw.people && new Set(raw.people.people.map(({ login }) => login));
  const first = new Map<string, object>();
  for (const room of conference.rooms) {
    const { slug, unit, moderators } = room;
    const earlier = first.get(slug);
    if (earlier !== undefined) {
      const { file, line } = sourceOf(earlier, "slug");
      report.add(sourceOf(room, "slug"), `the slug "${slug}" belongs to another room already (${file}:${line})`, "give it one of its own");
    } else first.set(slug, room);
    if (moderators.length === 0) report.add(sourceOf(room, "moderators"), `room "${slug}" has no moderator`, "name the login of at least one person of people.yaml");
    if (unit !== undefined && raw.names.units !== undefined && !raw.names.units.has(unit)) {
      const near = closest(unit, raw.names.units);
      report.add(sourceOf(room, "unit"), `there is no unit "${unit}"`, near === undefined ? "name one of units.yaml, or add it there" : `did you mean "${near}"?`);
    }
    moderators.forEach((login, i) => {
      if (logins === undefined || logins.has(login)) return;
      const near = closest(login, logins);
      report.add(sourceOf(moderators, String(i)), `there is no person "${login}"`, near === undefined ? "name a login of people.yaml, or add the person there" : `did you mean "${near}"?`);
    });
  }
}

/** Links lead to the names of one certificate, so there is one host that has it. */
function checkHost(raw: Raw, conference: Conference, report: Report): void {
  if (!raw.whole.has("hosts")) return;
  const [host, ...others] = raw.hosts.filter(({ role }) => role === "conference");
  if (host === undefined) {
    if (conference.rooms.length > 0) report.add(sourceOf(conference, "rooms"), "there are rooms, but no host for them", "add a host of role conference to hosts.yaml");
    return;
  }
  for (const other of others) {
    report.add(sourceOf(other, "role"), `"${other.name}" is a second host of role conference`, `rooms stand on one host, "${host.name}"; choose another role`);
  }
  if (!raw.whole.has("certificates") || raw.certificates.some((one) => one.name === CONFERENCE_CERTIFICATE && one.host === host.name)) return;
  report.add(sourceOf(host), `"${host.name}" has no certificate`, `add one called ${CONFERENCE_CERTIFICATE} for it to certificates.yaml`);
}
