/** Chromium without a screen, at a site of the twin, driven by the DevTools protocol. */
import { createHash, X509Certificate } from "node:crypto";
import type { Browser } from "puppeteer-core";
import type { Tools } from "../../../infra/twin/index.ts";
import { connectBrowser } from "../chromium.ts";
import { cameraFilm } from "./camera.ts";

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
  return await connectBrowser(child, `the browser at ${node}`);
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
