import { expect, test } from "vitest";
import type { ActiveAlert, Screen } from "../../monitoring/screen.ts";
import { isScreenAmiss, screenLines } from "./screenText.ts";

const alert = (name: string, severity: "page" | "ticket", inhibited = false): ActiveAlert => ({
  name, severity, about: "huyen-bien", since: "2026-11-23T20:00:00.123Z", summary: { en: "It is down", vi: "" }, runbook: `monitoring/runbooks/network/${name}.md`, inhibited,
});
const well: Screen = { links: { well: 14, total: 14, not: [] }, sites: { well: 3, total: 3, not: [] }, conference: { up: true, rooms: 2, participants: 7 }, alerts: [] };

test("all well is a line a subject, and what nobody measures is said", () => {
  expect(screenLines(well)).toEqual([
    "WATCHED      STATE", "links        14/14", "sites        3/3", "adjacencies  not measured", "hosts        not measured", "watchers     not measured", "mail         not measured",
    "conference   2 rooms, 7 participants", "alerts       none",
  ]);
  expect(isScreenAmiss(well)).toBe(false);
});

test("what is down is named, and alerts that follow from others are only counted", () => {
  const not = ["a", "b", "c", "d", "e", "f", "g"];
  const lines = screenLines({ ...well, links: { well: 7, total: 14, not }, alerts: [alert("DistrictIsolated", "page"), alert("LinkDown", "ticket", true)] });
  expect(lines).toContain("links        7/14, down: a, b, c, d, e, f and 1 more");
  expect(lines).toContain("alerts       1 pages, 0 tickets, 1 that follow from these");
  expect(lines).toContain("DistrictIsolated  page      2026-11-23T20:00:00Z  huyen-bien  It is down");
  expect(lines.at(-1)).toBe("runbook: monitoring/runbooks/network/DistrictIsolated.md");
  expect(lines.join("\n")).not.toContain("LinkDown");
});

test("a page is amiss, a ticket is not; silence is", () => {
  expect(isScreenAmiss({ ...well, alerts: [alert("DistrictIsolated", "page")] })).toBe(true);
  expect(isScreenAmiss({ ...well, alerts: [alert("LinkDown", "ticket"), alert("SiteIsolated", "page", true)] })).toBe(false);
  expect(isScreenAmiss({ silent: "mon1: Prometheus does not answer" })).toBe(true);
  expect(screenLines({ silent: "mon1: Prometheus does not answer" }).join()).toContain("Prometheus does not answer");
});
