/** The audit as one HTML file that needs nothing else: no server, no network, no second file. */
import { createHash } from "node:crypto";
import { pageFile, pageScript } from "./bundle.ts";
import type { TopologyMap } from "./map.ts";
import { escapeMarkup, scriptJson } from "./text.ts";

/**
 * The interactive page: the network by coordinates and by layers, verdicts in colours, evidence at a click, a slider over failures, in
 * Vietnamese and English. Its policy lets nothing in from anywhere, and no script run but its own.
 */
export function renderPage(map: TopologyMap): string {
  // The end of a script element must not stand in the script; a backslash before the slash changes nothing in a string or a pattern.
  const script = pageScript().replaceAll("</script", "<\\/script");
  const style = pageFile("style.css");
  const policy = [
    "default-src 'none'",
    `script-src '${digest(script)}'`,
    // The drawing library sets styles of its own.
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts: Readonly<Record<string, string>> = {
    policy: escapeMarkup(policy), title: escapeMarkup(map.province.name), style, data: scriptJson(map), script,
  };
  return pageFile("index.html").replace(/<!--(\w+)-->/g, (whole, name: string) => parts[name] ?? whole);
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
