/** Participants of a test meeting at sites of a twin: real browsers, and load clients that are cheaper. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "puppeteer-core";
import { namespaceOf } from "../../../infra/twin/names.ts";
import { type Tools, workstationOf } from "../../../infra/twin/index.ts";
import type { Site } from "../../../inventory/model.ts";
import { startBrowser } from "./browser.ts";
import type { LoadSettings, StreamCount } from "./load.ts";
import { FORCE_RELAY, INBOUND_VIDEO, KEEP_PEERS, type InboundVideo } from "./pageScripts.ts";

/** Somebody in a meeting who says what arrives. */
export interface TestParticipant extends AsyncDisposable {
  /** The invitation's id. */
  readonly id: string;
  readonly site: string;
  readonly kind: "browser" | "load client";
  readonly sends: boolean;
  /** What was received of each sender since the beginning. @throws Error when the participant has fallen out of the meeting. */
  counts(): Promise<readonly StreamCount[]>;
}

export interface JoinOptions {
  readonly site: Site;
  readonly id: string;
  readonly token: string;
  readonly sends: boolean;
}

/** Seconds until a page must show what is waited for; a busy machine takes long. */
const PAGE_TIMEOUT_SECONDS = 60;

export interface BrowserParticipant extends TestParticipant {
  readonly page: Page;
}

/** Opens a link in a browser at the site. The page waits in its lobby: see `enter`. */
export async function openLink(tools: Tools, site: Site, link: string, certificate: string, options: { readonly relayOnly?: boolean } = {}): Promise<Page & AsyncDisposable> {
  const browser = await startBrowser(tools, workstationOf(site), certificate);
  try {
    const [page] = await browser.pages();
    page!.setDefaultTimeout(PAGE_TIMEOUT_SECONDS * 1000);
    await page!.evaluateOnNewDocument(KEEP_PEERS);
    if (options.relayOnly === true) await page!.evaluateOnNewDocument(FORCE_RELAY);
    await page!.goto(link);
    return Object.assign(page!, { [Symbol.asyncDispose]: async () => { await browser[Symbol.asyncDispose](); } });
  } catch (error) {
    await browser[Symbol.asyncDispose]();
    throw error;
  }
}

/** Chooses devices as a person does, and goes in. */
export async function enter(page: Page, sends: boolean): Promise<void> {
  await page.waitForSelector("#join:not([disabled])");
  if (!sends) {
    for (const select of ["#camera", "#microphone"]) {
      await page.select(select, "");
      await page.waitForSelector("#join:not([disabled])");
    }
  }
  await page.click("#join");
}

/** A participant with a browser, from a page that has entered. */
export function browserParticipant(page: Page & AsyncDisposable, { site, id, sends }: Omit<JoinOptions, "token">): BrowserParticipant {
  return {
    id, sends, page, site: site.slug, kind: "browser",
    counts: async () => (await page.evaluate(INBOUND_VIDEO) as readonly InboundVideo[]).map((one) => ({
      participant: one.participant, width: one.frameWidth, height: one.frameHeight,
      received: one.packetsReceived, lost: Math.max(0, one.packetsLost), jitterMilliseconds: one.jitter * 1000,
    })),
    [Symbol.asyncDispose]: async () => { await page[Symbol.asyncDispose](); },
  };
}

/** Milliseconds that a load client has to leave. */
const LEAVE_MILLISECONDS = 3_000;

/** Starts a load client at the site. */
export function joinByLoadClient(twin: string, { site, id, token, sends }: JoinOptions, settings: Omit<LoadSettings, "token">): TestParticipant {
  // As with browsers, it must not have to wait for the processor.
  const child = spawn("nice", ["-n", "-10", "nsenter", `--net=/run/netns/${namespaceOf(twin, workstationOf(site))}`, process.execPath, join(import.meta.dirname, "load.ts")], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { film, ...watching } = settings;
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify({ ...watching, token, ...(sends ? { film } : {}) })}\n`);
  let last: readonly StreamCount[] = [];
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => { said += text; });
  createInterface({ input: child.stdout }).on("line", (line) => { last = JSON.parse(line) as readonly StreamCount[]; });
  const gone = once(child, "exit");
  return {
    id, sends, site: site.slug, kind: "load client",
    counts: async () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the load client at ${site.slug} ended: ${said.trim().split("\n").at(-1) ?? ""}`);
      return last;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      const force = new AbortController();
      void sleep(LEAVE_MILLISECONDS, undefined, { signal: force.signal }).then(() => child.kill("SIGKILL"), () => {});
      await gone;
      force.abort();
    },
  };
}
