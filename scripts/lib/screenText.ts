/** What the monitoring knows, as one screen for a terminal. */
import type { ActiveAlert, Count, Screen, Silence } from "../../monitoring/screen.ts";
import { table } from "./program.ts";

/** Names shown in full; a longer list is only counted. */
const NAMES_SHOWN = 6;
/** Alerts shown; the screen is one. */
const ALERTS_SHOWN = 20;

export function screenLines(screen: Screen | Silence): string[] {
  if ("silent" in screen) return [`monitoring: no answer, so nothing is known of links, mail, conference and alerts (${screen.silent})`];
  const { links, sites, adjacencies, hosts, watchers, mail, queuedMessages, conference, alerts } = screen;
  const told = alerts.filter((alert) => !alert.inhibited);
  const conferenceText = conference === undefined ? undefined
    : conference.up ? `${conference.rooms} rooms, ${conference.participants} participants` : "the media server does not answer";
  const rows = [
    ["links", countText(links, "down")],
    ["sites", countText(sites, "cut off")],
    ["adjacencies", countText(adjacencies, "down")],
    ["hosts", countText(hosts, "silent")],
    ["watchers", countText(watchers, "silent")],
    ["mail", [countText(mail, "failing"), ...(queuedMessages === undefined ? [] : [`${queuedMessages} messages queued`])].filter((text) => text !== undefined).join(", ") || undefined],
    ["conference", conferenceText],
    ["alerts", alertsText(told, alerts.length - told.length)],
  ].map(([name, text]) => [name as string, text ?? "not measured"]);
  const shown = told.slice(0, ALERTS_SHOWN);
  return [
    ...table(["WATCHED", "STATE"], rows).split("\n"),
    ...(shown.length === 0 ? [] : table(["ALERT", "SEVERITY", "SINCE", "ABOUT", "SUMMARY"], shown.map(alertRow)).split("\n")),
    ...(told.length > shown.length ? [`and ${told.length - shown.length} more alerts`] : []),
    ...[...new Set(shown.map((alert) => alert.runbook))].map((runbook) => `runbook: ${runbook}`),
  ];
}

/** Somebody has to act: a page, or nobody who would know. */
export function isScreenAmiss(screen: Screen | Silence): boolean {
  return "silent" in screen || screen.alerts.some((alert) => alert.severity === "page" && !alert.inhibited);
}

function countText(count: Count | undefined, word: string): string | undefined {
  if (count === undefined) return undefined;
  const names = count.not.length <= NAMES_SHOWN ? count.not.join(", ") : `${count.not.slice(0, NAMES_SHOWN).join(", ")} and ${count.not.length - NAMES_SHOWN} more`;
  return `${count.well}/${count.total}${count.not.length === 0 ? "" : `, ${word}: ${names}`}`;
}

function alertsText(told: readonly ActiveAlert[], inhibited: number): string {
  const pages = told.filter((alert) => alert.severity === "page").length;
  if (told.length === 0 && inhibited === 0) return "none";
  return `${pages} pages, ${told.length - pages} tickets${inhibited === 0 ? "" : `, ${inhibited} that follow from these`}`;
}

function alertRow({ name, severity, since, about, summary }: ActiveAlert): string[] {
  return [name, severity, `${since.slice(0, 19)}Z`, about, summary.en];
}
