/** Our own programs for conf1, each as one file: what stands in gate/ for Node, what stands in web/ for browsers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync, type BuildOptions } from "esbuild";

/** Node of Debian 12. */
const GATE_TARGET = "node18";
/** Browsers from 2023 on. */
const PAGE_TARGETS = ["chrome110", "firefox115"];

const bundles = new Map<string, string>();

/** The gate as one CommonJS file, its libraries included. */
export function gateBundle(): string {
  return bundle("gate/main.ts", { platform: "node", format: "cjs", target: GATE_TARGET });
}

/** The page's script, its messages included. */
export function pageBundle(): string {
  return bundle("web/main.ts", { platform: "browser", format: "esm", target: PAGE_TARGETS });
}

/** A file of the page as it stands. */
export function pageFile(name: string): string {
  return readFileSync(join(import.meta.dirname, "web", name), "utf8");
}

/** Same sources, same bytes: nothing of the machine, such as paths, gets into the output. */
function bundle(entry: string, options: BuildOptions): string {
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    ...options, absWorkingDir: import.meta.dirname, entryPoints: [entry], bundle: true, write: false, charset: "utf8", legalComments: "none",
    logLevel: "silent", external: ["bufferutil", "utf-8-validate"],
  });
  const text = outputFiles![0]!.text;
  bundles.set(entry, text);
  return text;
}
