/** The monitoring's figures on a running twin: how soon a district that is cut off is paged, by how many pages, and what scrapes take. */
import { setTimeout as sleep } from "node:timers/promises";
import { cutLink, restoreLink, twinName } from "../infra/twin/index.ts";
import { hostsOfRole } from "../inventory/index.ts";
import type { Host, Province, Site } from "../inventory/model.ts";
import { type Access, openAccess } from "../monitoring/access.ts";
import { queryCommand } from "../monitoring/screen.ts";
import type { Selection } from "../scripts/lib/province.ts";
import type { Figure } from "./figure.ts";

const MOST_SECONDS = 15;
const MOST_SCRAPE_SECONDS = 0.1;
/** Long enough for a second page to follow the first, if one did; seconds. */
const AFTERMATH_SECONDS = 5;
/** When a page is given up; seconds. */
const PATIENCE_SECONDS = 60;
/** Until parents have gone on for as long as they do, and Alertmanager has told so; seconds. */
const RECOVERY_SECONDS = 120;
const PAUSE_MILLISECONDS = 500;

/** A page or its end, as the pager took it. */
interface Notice {
  /** Unix time, seconds. */
  readonly at: number;
  readonly status: "firing" | "resolved";
  readonly alertname: string;
  readonly site: string;
}

interface Cut {
  readonly site: string;
  /** Seconds until the page was out; undefined when none came. */
  readonly seconds: number | undefined;
  /** Pages about anything, from the cut to the next one. */
  readonly pages: readonly string[];
}

/** Cuts every district's links in turn, on a twin that is up and well; takes a quarter of a minute for each. */
export async function benchMonitoring(selection: Selection, say: (line: string) => void): Promise<Figure[]> {
  const { province, environment } = selection;
  const [host] = hostsOfRole(province, "monitoring");
  if (host === undefined) throw new Error("the province has no monitoring to measure");
  await using access = await openAccess(province, environment);
  const scrapes = await scrapeFigure(province, access, host);
  const beganAt = await clock(access, host);
  const districts = [...province.sites.values()].filter((site) => site.kind === "office" && site.unit !== undefined);
  const cuts: Cut[] = [];
  for (const site of districts) {
    cuts.push(await cutOff(site, linksOf(province, site), twinName(province, environment), access, host));
    const { seconds, pages } = cuts.at(-1)!;
    say(`${site.slug}: ${seconds === undefined ? "no page" : `paged after ${seconds.toFixed(1)} s`}, ${pages.length} pages`);
  }
  const resolved = await resolvedBy(access, host, beganAt, districts.length);
  return [...pageFigures(cuts), { name: "ends of these pages", measured: String(resolved), bound: String(districts.length), kept: resolved === districts.length }, scrapes];
}

function pageFigures(cuts: readonly Cut[]): Figure[] {
  const times = cuts.flatMap(({ seconds }) => seconds ?? []).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  const worst = times.at(-1) ?? Number.NaN;
  const wrong = cuts.filter(({ pages }) => pages.length !== 1);
  return [
    { name: "a district cut off → page, the slowest", measured: `${worst.toFixed(1)} s`, bound: `≤ ${MOST_SECONDS} s`, kept: times.length === cuts.length && worst <= MOST_SECONDS, note: `${cuts.length} districts, half of them within ${median.toFixed(1)} s` },
    { name: "districts with exactly one page", measured: String(cuts.length - wrong.length), bound: String(cuts.length), kept: wrong.length === 0, note: wrong.map(({ site, pages }) => `${site}: ${pages.join(", ") || "none"}`).join("; ") },
  ];
}

async function cutOff(site: Site, links: readonly string[], twin: string, access: Access, host: Host): Promise<Cut> {
  const cutAt = await clock(access, host);
  await Promise.all(links.map((link) => cutLink(twin, link)));
  const pagesSince = async (): Promise<Notice[]> => (await noticesSince(access, host, cutAt)).filter(({ status }) => status === "firing");
  const deadline = performance.now() + PATIENCE_SECONDS * 1000;
  let pages = await pagesSince();
  while (!pages.some((page) => page.site === site.slug) && performance.now() < deadline) {
    await sleep(PAUSE_MILLISECONDS);
    pages = await pagesSince();
  }
  await sleep(AFTERMATH_SECONDS * 1000);
  pages = await pagesSince();
  await Promise.all(links.map((link) => restoreLink(twin, link)));
  const own = pages.find((page) => page.site === site.slug);
  return { site: site.slug, seconds: own === undefined ? undefined : own.at - cutAt, pages: pages.map(({ alertname, site: about }) => `${alertname} ${about}`) };
}

function linksOf(province: Province, site: Site): string[] {
  return [...province.links.values()].filter((link) => link.ends.some((end) => province.hosts.get(end.host)!.site === site.slug)).map((link) => link.name);
}

/** How many pages have ended since `beganAt`, once all have or the time is over. */
async function resolvedBy(access: Access, host: Host, beganAt: number, expected: number): Promise<number> {
  const deadline = performance.now() + RECOVERY_SECONDS * 1000;
  const count = async (): Promise<number> => (await noticesSince(access, host, beganAt)).filter(({ status }) => status === "resolved").length;
  let resolved = await count();
  while (resolved < expected && performance.now() < deadline) {
    await sleep(PAUSE_MILLISECONDS);
    resolved = await count();
  }
  return resolved;
}

async function clock(access: Access, host: Host): Promise<number> {
  return Number((await access.onHost(host, "date +%s.%N")).stdout);
}

async function noticesSince(access: Access, host: Host, since: number): Promise<Notice[]> {
  const { stdout } = await access.onHost(host, `journalctl -u egov-exporter-pager -o json --no-pager --since @${Math.floor(since)}`);
  return stdout.split("\n").filter((line) => line.startsWith("{")).flatMap((line): Notice[] => {
    const { MESSAGE: message, __REALTIME_TIMESTAMP: microseconds } = JSON.parse(line) as { MESSAGE: string; __REALTIME_TIMESTAMP: string };
    if (!message.startsWith("{")) return [];
    const { receiver, ...notice } = JSON.parse(message) as Notice & { receiver: string };
    const at = Number(microseconds) / 1e6;
    return receiver === "page" && at >= since ? [{ ...notice, at }] : [];
  });
}

async function scrapeFigure(province: Province, access: Access, host: Host): Promise<Figure> {
  const { stdout } = await access.onHost(host, queryCommand(province, "scrape_duration_seconds[1m]"));
  const { data: { result } } = JSON.parse(stdout) as { data: { result: { values: [number, string][] }[] } };
  const durations = result.flatMap(({ values }) => values.map(([, value]) => Number(value))).toSorted((a, b) => a - b);
  const p95 = durations[Math.ceil(durations.length * 0.95) - 1] ?? Number.NaN;
  return { name: "scrape, 95th percentile", measured: `${(p95 * 1000).toFixed(0)} ms`, bound: `≤ ${MOST_SCRAPE_SECONDS * 1000} ms`, kept: p95 <= MOST_SCRAPE_SECONDS, note: `${durations.length} scrapes of ${result.length} targets in a minute` };
}
