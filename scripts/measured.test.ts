/** A week of counters in a real Prometheus, from the image of the hosts, and what the audit says of it. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Judgement, TopologyReport } from "../audit/topology/index.ts";
import type { Direction } from "../audit/topology/live/measured.ts";
import { ensureImage } from "../infra/twin/image.ts";
import { loadProvince } from "../inventory/index.ts";
import { imagePackages } from "./lib/packages.ts";
import { type CommandRun, reportOf, Workbench } from "./lib/workbench.ts";

const SCRAPE = 30;
const PERIOD = 300;
/** Periods before the middle of the week that are told apart: by their number from there, back. */
const MIDDLE = Math.floor(Date.now() / 1000 / PERIOD) * PERIOD - 3.5 * 86_400;
/** The week's first scrape, with half a day to spare; and the last, some minutes ahead, so that the test may take as long. Unlike periods' ends. */
const [FIRST, LAST] = [MIDDLE - 4 * 86_400 + 7, MIDDLE + 3.5 * 86_400 + 1200];

/** One direction of a link: Mbit/s in a period, what is not scraped, when its counter begins anew, and its labels. */
interface Series {
  readonly link: string;
  readonly direction: Direction;
  readonly mbps: (period: number) => number;
  readonly missing?: (second: number) => boolean;
  readonly restarts?: (second: number) => boolean;
  readonly site?: (second: number) => string;
}

/** `high` in so many periods, `low` in all others. */
const busy = (low: number, high: number, periods: number) => (period: number): number => (period >= 0 && period < periods ? high : low);
const always = (mbps: number) => (): number => mbps;

const WEEK: readonly Series[] = [
  // Of 2,016 means the 1,916th counts: a hundred may be higher.
  { link: "huyen-bien-primary", direction: "receive", mbps: busy(50, 99, 100) },
  { link: "huyen-bien-primary", direction: "transmit", mbps: always(90) },
  { link: "huyen-bien-backup", direction: "receive", mbps: always(10) },
  { link: "huyen-bien-backup", direction: "transmit", mbps: busy(10, 31, 101) },
  { link: "huyen-nui-primary", direction: "receive", mbps: always(3), missing: (second) => second >= 0 && second < 2 * PERIOD },
  { link: "huyen-nui-primary", direction: "transmit", mbps: always(33), missing: (second) => second >= 0 && second < 2 * PERIOD },
  // Its router starts anew in the middle of each of its busiest periods.
  { link: "so-mau-primary", direction: "receive", mbps: busy(100, 280, 101), restarts: (second) => second >= 0 && second < 101 * PERIOD && second % PERIOD === 157 },
  { link: "so-mau-primary", direction: "transmit", mbps: busy(100, 250, 101), restarts: (second) => second === 157 },
  // The office moves to another district.
  { link: "core1-tslcd1", direction: "receive", mbps: always(500), site: (second) => (second < 100 ? "here" : "there") },
  // One scrape lost in a period loses nothing, two of ten do.
  { link: "core1-tslcd1", direction: "transmit", mbps: always(500), missing: (second) => second === 157 || second === 1057 },
  { link: "core2-tslcd1", direction: "receive", mbps: always(500), missing: (second) => second === 157 || second === 187 },
  // It is measured since the middle of the week only.
  { link: "core2-tslcd1", direction: "transmit", mbps: always(500), missing: (second) => second < 0 },
];

let directory: string;
let prometheus: ChildProcess;
let url: string;
let bench: Workbench;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "egov-measured-"));
  const { province } = loadProvince(resolve(import.meta.dirname, "../inventory/small"));
  const { root } = await ensureImage(imagePackages(province), () => {});
  const input = join(directory, "week.om");
  writeFileSync(input, openMetrics(WEEK));
  // Blocks as long as they may be: promtool reads the whole input for each.
  execFileSync(join(root, "usr/bin/promtool"), ["tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=162h", input, join(directory, "data")], { stdio: "pipe" });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  writeFileSync(join(directory, "prometheus.yml"), "global: {}\n");
  prometheus = spawn(join(root, "usr/bin/prometheus"), [
    `--config.file=${join(directory, "prometheus.yml")}`, `--storage.tsdb.path=${join(directory, "data")}`, "--storage.tsdb.retention.time=90d", `--web.listen-address=127.0.0.1:${port}`, "--log.level=error",
  ], { stdio: "ignore" });
  bench = await Workbench.open({ inventory: "inventory/small", slug: "measured-test", managementPrefix: "198.18.29.0/24" });
  await bench.edit("monitoring.yaml", (text) => text.replace(/^scrapeSeconds: .+$/m, `scrapeSeconds: ${SCRAPE}`));
  await vi.waitFor(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { timeout: 60_000, interval: 200 });
}, 300_000);

afterAll(async () => {
  if (prometheus?.exitCode === null && prometheus.kill()) await once(prometheus, "exit");
  await bench?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** What Prometheus would have scraped. Seconds and periods count from the middle of the week. */
function openMetrics(week: readonly Series[]): string {
  const lines = (["receive", "transmit"] as const).flatMap((counted) => [`# TYPE wan_link_${counted}_bytes counter`, ...week.filter(({ direction }) => direction === counted).flatMap(
    ({ link, direction, mbps, missing, restarts, site = () => "somewhere" }) => {
      let bytes = 5e12;
      const found: string[] = [];
      for (let at = FIRST; at <= LAST; at += SCRAPE) {
        const second = at - MIDDLE;
        const passed = (mbps(Math.floor(second / PERIOD)) * 1e6 * SCRAPE) / 8;
        bytes = restarts?.(second) === true ? passed : bytes + passed;
        if (missing?.(second) !== true) found.push(`wan_link_${direction}_bytes_total{district="none",instance="wan",job="wan",link="${link}",role="primary",site="${site(second)}"} ${bytes} ${at}`);
      }
      return found;
    },
  )]);
  return `${lines.join("\n")}\n# EOF\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function audit(...argv: string[]): Promise<CommandRun> {
  return await bench.egov("audit", "topology", "--check", "capacity.measured", ...argv);
}

async function questions(): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^prometheus_http_requests_total\{code="200",handler="\/api\/v1\/query"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

test("each direction of each link has the verdict of its week, by one question", { timeout: 120_000 }, async () => {
  const before = await questions();
  const run = await audit("--prometheus", url, "--json");
  expect(await questions()).toBe(before + 1);
  expect(run.exitCode).toBe(2);
  const { checks: [check], skipped } = reportOf<TopologyReport>(run);
  expect(skipped).toEqual([]);
  const said = ({ subject, verdict, evidence }: Judgement): string => {
    const { p95Mbps, samples } = evidence as { readonly p95Mbps: number | null; readonly samples: number };
    return `${subject} ${verdict} ${p95Mbps?.toFixed(3) ?? "-"} ${samples}`;
  };
  const measured = new Set(WEEK.map(({ link, direction }) => `${link} ${direction}`));
  expect(check!.subjects.filter(({ subject }) => measured.has(subject)).map(said).map((line) => line.replace(/ (?:99\d|10[01]\d)$/, " half"))).toEqual([
    "core1-tslcd1 receive pass 500.000 2016",
    "core1-tslcd1 transmit pass 500.000 2016",
    "core2-tslcd1 receive unknown 500.000 2015",
    "core2-tslcd1 transmit unknown 500.000 half",
    "huyen-bien-primary receive pass 50.000 2016",
    // The limit itself is no breach of it.
    "huyen-bien-primary transmit pass 90.000 2016",
    "huyen-bien-backup receive pass 10.000 2016",
    "huyen-bien-backup transmit fail 31.000 2016",
    "huyen-nui-primary receive unknown 3.000 2014",
    "huyen-nui-primary transmit unknown 33.000 2014",
    "so-mau-primary receive fail 280.000 2016",
    "so-mau-primary transmit pass 250.000 2016",
  ]);
  const others = check!.subjects.filter(({ subject }) => !measured.has(subject));
  expect(others).toHaveLength(2 * 14 - WEEK.length);
  for (const one of others) expect(said(one)).toBe(`${one.subject} unknown - 0`);
});

test("the text names link, line, load and what to do", async () => {
  const { stdout } = await audit("--prometheus", `${url}/`);
  expect(stdout).toMatch(/FAILED huyen-bien-backup transmit: .*links\.yaml:\d+: huyen-bien-backup carried 31\.0 Mbit\/s \(transmit, 95th percentile of a week\), 91 % of its 34 Mbit\/s/);
  expect(stdout).toMatch(/UNKNOWN huyen-nui-primary transmit: .*: huyen-nui-primary has 2014 of the 2016 samples that a verdict takes/);
});

test("an address without a Prometheus is told of in a line, and what to name instead in another", async () => {
  const other = createServer((_, answer) => answer.writeHead(404).end("<html>nothing here</html>")).listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const refused = `http://127.0.0.1:${await freePort()}`;
    for (const [address, line] of [
      [refused, `${refused}: no answer from Prometheus (ECONNREFUSED)`],
      [origin, `${origin}: status 404: the answer is not Prometheus's`],
      ["mon1:9090", "'mon1:9090' is no address of a Prometheus"],
      ["https://audit:secret@mon1:9090", "a password in an address shows in every list of processes"],
    ] as const) {
      const { exitCode, stdout, stderr } = await audit("--prometheus", address);
      expect({ exitCode, stdout, stderr: stderr.trimEnd().split("\n") }).toEqual({ exitCode: 1, stdout: "", stderr: [line, expect.stringMatching(/^Name where Prometheus listens/)] });
    }
  } finally {
    other.close();
  }
});
