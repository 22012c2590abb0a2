/** Chromium without a screen, driven by the DevTools protocol over pipes; by itself, it has a page of ours and no network. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Duplex } from "node:stream";
import puppeteer, { type Browser, type ConnectionTransport, type Page } from "puppeteer-core";
import { imageFolder, imageHash } from "../../infra/twin/image.ts";

/** Chromium without its windows: a third smaller, and the same engine; and letters, Vietnamese ones too, for pages that are looked at. */
export const BROWSER_PACKAGES: readonly string[] = ["chromium-headless-shell", "fonts-liberation2"];

/** Where a browser is: a program on this machine, or the root of an image that holds one. */
export type Chromium = { readonly program: string } | { readonly root: string };

const PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/** Sheet of a report, CSS pixels. */
const VIEWPORT = { width: 1600, height: 1000 };

/** A browser of the machine, else that of an image which is there already; undefined where there is none. */
export function findChromium(): Chromium | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const program of PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name)))) if (existsSync(program)) return { program };
  const root = join(imageFolder(), imageHash(BROWSER_PACKAGES), "root");
  return existsSync(root) && process.getuid?.() === 0 ? { root } : undefined;
}

/** In namespaces of its own: nothing of the image is written to, there is no network, and all ends with the first process. */
const ROOM = `
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs tmp
cat >tmp/page.html
root=$1
shift
exec chroot "$root" "$@"
`;

/** Opens a page's text as a file in a browser of its own, which ends with the disposal. `prepare` sees the page before it is loaded. */
export async function openPage(chromium: Chromium, html: string, prepare: (page: Page) => void = () => {}): Promise<Page & AsyncDisposable> {
  const own = "program" in chromium ? await mkdtemp(join(tmpdir(), "egov-page-")) : undefined;
  const home = own ?? "/tmp";
  if (own !== undefined) await writeFile(join(own, "page.html"), html);
  const options = ["--remote-debugging-pipe", `--user-data-dir=${home}/profile`, ...COMMON_FLAGS, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "about:blank"];
  const argv = "program" in chromium
    ? [chromium.program, "--headless", ...options]
    : ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-ec", ROOM, "sh", chromium.root, "nice", "-n", "-10", "env", `HOME=${home}`, "chromium-headless-shell", ...options];
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ["pipe", "ignore", "pipe", "pipe", "pipe"] });
  child.stdin!.on("error", () => {}).end(own === undefined ? html : "");
  try {
    const browser = await connectBrowser(child, "Chromium");
    const page = await browser.newPage();
    await page.setViewport(VIEWPORT);
    prepare(page);
    await page.goto(`file://${home}/page.html`);
    return Object.assign(page, {
      [Symbol.asyncDispose]: async () => {
        await browser[Symbol.asyncDispose]();
        if (own !== undefined) await rm(own, { recursive: true, force: true });
      },
    });
  } catch (error) {
    child.kill("SIGKILL");
    if (own !== undefined) await rm(own, { recursive: true, force: true });
    throw error;
  }
}

const COMMON_FLAGS = ["--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--mute-audio"];

/**
 * Speaks with a browser over its file descriptors 3 and 4; the connection ends when the browser does. `name` is for messages.
 * @throws Error with the browser's last words when it ends before it answers.
 */
export async function connectBrowser(child: ChildProcess, name: string): Promise<Browser & AsyncDisposable> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => { said = `${said}${text}`.slice(-4000); });
  const ended = once(child, "exit").then(() => { throw new Error(`${name} ended: ${said.trim().split("\n").at(-1) ?? ""}`); });
  const browser = await Promise.race([puppeteer.connect({ transport: new PipeTransport(child), defaultViewport: { width: 1920, height: 1080 } }), ended]);
  ended.catch(() => {});
  return Object.assign(browser, {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await browser.close().catch(() => {});
      await gone;
      clearTimeout(force);
    },
  });
}

/** The DevTools protocol over file descriptors 3 and 4, messages ended by NUL. */
class PipeTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #to: Duplex;

  constructor(child: ChildProcess) {
    this.#to = child.stdio[3] as Duplex;
    this.#to.on("error", () => {});
    let pending = "";
    (child.stdio[4] as Duplex).setEncoding("utf8").on("data", (text: string) => {
      const messages = (pending + text).split("\0");
      pending = messages.pop() as string;
      for (const message of messages) this.onmessage?.(message);
    }).on("close", () => this.onclose?.());
  }

  send(message: string): void {
    this.#to.write(`${message}\0`);
  }

  close(): void {
    this.#to.end();
  }
}
