/** The page's own program with its libraries, as one script; and its other files as they stand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** Browsers from 2023 on. */
const TARGETS = ["chrome110", "firefox115"];

let script: string | undefined;

/** Same sources, same bytes: nothing of the machine, such as paths, gets into the output. */
export function pageScript(): string {
  script ??= buildSync({
    absWorkingDir: import.meta.dirname, entryPoints: ["web/main.ts"], bundle: true, write: false, platform: "browser", format: "iife", target: TARGETS,
    minify: true, charset: "utf8", legalComments: "eof", logLevel: "silent",
  }).outputFiles[0]!.text;
  return script;
}

/** A file of the page as it stands. */
export function pageFile(name: string): string {
  return readFileSync(join(import.meta.dirname, "web", name), "utf8");
}
