/** The proof that the services answer: mail from every office to another, the conference from every office, and whoever watches. */
import type { Province } from "../inventory/model.ts";
import type { Access } from "./access.ts";
import { type ConferenceReport, type ConferenceTarget, probeConference } from "./probes/conference.ts";
import { type MailCredentials, type MailReport, probeMail } from "./probes/mail.ts";
import { untilGood } from "./retry.ts";
import { type Count, readScreen, type Screen } from "./screen.ts";
import { watchers } from "./server/prometheus.ts";

/** What is needed to try each service; one that was never brought up is absent, and not tried. */
export interface ServiceKeys {
  readonly mail?: MailCredentials;
  readonly conference?: ConferenceTarget;
  readonly monitoring?: true;
}

/** Services that were tried. */
export interface ServicesReport {
  readonly mail?: MailReport;
  readonly conference?: ConferenceReport;
  /** Hosts that the monitoring has measurements of; `not` also names what measures them and does not. */
  readonly watched?: Count;
}

/** Tries each until it is well or the deadline (of `performance.now`) is over. */
export async function proveServices(province: Province, access: Access, keys: ServiceKeys, deadline: number): Promise<ServicesReport> {
  const { mail, conference } = keys;
  const [mailReport, conferenceReport, watched] = await Promise.all([
    mail && untilGood(deadline, () => probeMail(province, access.vantages, mail), (report) => report.misses.length === 0),
    conference && untilGood(deadline, () => probeConference(access.vantages, conference), (report) => report.misses.length === 0),
    keys.monitoring && untilGood(deadline, () => countWatched(province, access), isWatched),
  ]);
  return { ...(mailReport && { mail: mailReport }), ...(conferenceReport && { conference: conferenceReport }), ...(watched && { watched }) };
}

export function servicesAreWell({ mail, conference, watched }: ServicesReport): boolean {
  return (mail?.misses.length ?? 0) + (conference?.misses.length ?? 0) === 0 && (watched === undefined || isWatched(watched));
}

function isWatched({ well, total, not }: Count): boolean {
  return well === total && not.length === 0;
}

/** All hosts that are the province's own should be watched, also those of which nothing has been heard yet. */
async function countWatched(province: Province, access: Access): Promise<Count> {
  const total = [...province.hosts.values()].filter(({ site }) => province.sites.get(site)!.kind !== "external").length;
  const screen = await readScreen(province, access);
  if ("silent" in screen) return { well: 0, total, not: [screen.silent] };
  const { hosts } = screen;
  return hosts === undefined ? { well: 0, total, not: ["no host has been measured yet"] } : { ...hosts, total, not: [...hosts.not, ...silentWatchers(province, screen)] };
}

/** Exporters do not measure for as long as they are broken, and what they should say is then in nobody's count. */
function silentWatchers(province: Province, { watchers: { well, not } = { well: 0, total: 0, not: [] } }: Screen): string[] {
  if (not.length > 0) return not.map((name) => `what ${name} measures`);
  const missing = watchers(province).length - well;
  return missing === 0 ? [] : [`${missing} of the monitoring host's own have not been measured yet`];
}
