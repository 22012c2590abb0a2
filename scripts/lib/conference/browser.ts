/** Chromium without a screen, at a site of the twin, driven by the DevTools protocol. */
import type { ChildProcess } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import { once } from "node:events";
import puppeteer, { type Browser, type ConnectionTransport } from "puppeteer-core";
import type { Tools } from "../../../infra/twin/index.ts";
import { cameraFilm } from "./camera.ts";

/** Chromium without its windows: a third smaller, and the same engine. */
export const BROWSER_PACKAGES: readonly string[] = ["chromium-headless-shell"];

const FILM = "/tmp/camera.y4m";

/** Puts the fake camera's film where browsers find it. */
export async function layOutCamera(tools: Tools, node: string): Promise<void> {
  await tools.run(node, ["sh", "-c", `cat >${FILM}`], { input: cameraFilm() });
}

/**
 * Starts a browser in a workstation's network namespace. It trusts the key of `certificate` (PEM), and for anything else what
 * browsers trust; the connection ends when the browser does.
 */
export async function startBrowser(tools: Tools, node: string, certificate: string): Promise<Browser & AsyncDisposable> {
  const home = `/tmp/${node}`;
  // A measuring instrument that waits for the processor measures only that.
  const child = tools.start(node, ["nice", "-n", "-10", "env", `HOME=${home}`, "chromium-headless-shell", ...flags(home, certificate)], ["ignore", "ignore", "pipe", "pipe", "pipe"]);
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => { said = `${said}${text}`.slice(-4000); });
  const ended = once(child, "exit").then(() => { throw new Error(`the browser at ${node} ended: ${said.trim().split("\n").at(-1) ?? ""}`); });
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

function flags(home: string, certificate: string): string[] {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  return [
    // The namespace is the sandbox; Chromium's own cannot be had by root.
    "--no-sandbox", "--remote-debugging-pipe", `--user-data-dir=${home}`, "--disable-dev-shm-usage", "--disable-gpu",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--mute-audio", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${FILM}`,
    `--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`,
    "about:blank",
  ];
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
