import { expect, test } from "vitest";
import { loadProvince } from "../inventory/index.ts";
import { SMALL } from "../inventory/testing.ts";
import { parseScreen, readScreen } from "./screen.ts";

const { province } = loadProvince(SMALL);
const sample = (metric: Record<string, string>, value: number) => ({ metric, value: [1, String(value)] });
const link = (site: string, role: string, up: number) => sample({ __name__: "wan_link_up", site, role, link: `${site}-${role}` }, up);
const answer = (...result: unknown[]) => JSON.stringify({ status: "success", data: { result } });
const alert = (labels: Record<string, string>, startsAt: string, inhibitedBy: string[] = []) => ({
  labels, annotations: { summary: "en", summary_vi: "vi", runbook: "r.md" }, startsAt, status: { inhibitedBy },
});

test("what is well is counted, what is not is named; a site lives while one of its links does", () => {
  const screen = parseScreen(answer(
    link("a", "primary", 0), link("a", "backup", 1), link("b", "primary", 0), link("dc", "core", 1),
    sample({ __name__: "up", job: "node", host: "mx1" }, 0), sample({ __name__: "up", job: "node", host: "dns1" }, 1),
    sample({ __name__: "up", job: "wan", host: "mon1" }, 0), sample({ __name__: "up", job: "prometheus", host: "mon1" }, 1),
    sample({ __name__: "routing_adjacency_up", link: "x", protocol: "bfd4", router: "agg1" }, 0),
    sample({ __name__: "mail_probe_success", site: "a" }, 1), sample({ __name__: "mail_queue_messages", queue: "active" }, 2), sample({ __name__: "mail_queue_messages", queue: "deferred" }, 3),
    sample({ __name__: "video_probe_success" }, 1), sample({ __name__: "video_rooms" }, 1), sample({ __name__: "video_participants", site: "a" }, 2), sample({ __name__: "video_participants", site: "b" }, 4),
  ), "[]");
  expect(screen).toEqual({
    links: { well: 2, total: 4, not: ["a-primary", "b-primary"] },
    sites: { well: 1, total: 2, not: ["b"] },
    adjacencies: { well: 0, total: 1, not: ["x bfd4 on agg1"] },
    hosts: { well: 1, total: 2, not: ["mx1"] },
    watchers: { well: 1, total: 2, not: ["wan"] },
    mail: { well: 1, total: 1, not: [] },
    queuedMessages: 5,
    conference: { up: true, rooms: 1, participants: 6 },
    alerts: [],
  });
});

test("alerts stand pages first, then by age, with what they are about; those for programs are left out", () => {
  const { alerts } = parseScreen(answer(), JSON.stringify([
    alert({ alertname: "Watchdog", severity: "none" }, "2026-01-01T00:00:00Z"),
    alert({ alertname: "AdjacencyDown", severity: "ticket", link: "x", protocol: "bfd4", site: "s" }, "2026-01-01T00:00:03Z", ["fingerprint"]),
    alert({ alertname: "ServiceDown", severity: "ticket", link: "none", host: "mx1", service: "rspamd.service", site: "s" }, "2026-01-01T00:00:01Z"),
    alert({ alertname: "DistrictIsolated", severity: "page", link: "none", site: "s" }, "2026-01-01T00:00:02Z"),
  ]));
  expect(alerts.map(({ name, about, inhibited }) => `${name} ${about} ${inhibited}`))
    .toEqual(["DistrictIsolated s false", "ServiceDown mx1 rspamd.service false", "AdjacencyDown x bfd4 true"]);
  expect(alerts[0]).toMatchObject({ summary: { en: "en", vi: "vi" }, runbook: "r.md", since: "2026-01-01T00:00:02Z" });
});

test("nothing measured is not nothing wrong: parts are absent", () => {
  expect(parseScreen(answer(), "[]")).toEqual({ alerts: [] });
});

test("who does not answer is said", async () => {
  const onHost = async () => ({ exitCode: 1, stdout: "", stderr: "curl: (7) refused\nPrometheus does not answer\n" });
  expect(await readScreen(province, { onHost })).toEqual({ silent: "mon1: Prometheus does not answer" });
  expect(await readScreen(province, { onHost: async () => ({ exitCode: 255, stdout: "", stderr: "" }) })).toEqual({ silent: "mon1: exit code 255" });
});
