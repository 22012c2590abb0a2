import type { HostIntent } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { pageBundle, pageFile } from "./bundle.ts";
import { CERTIFICATE_FILES, webNames } from "./certificate.ts";
import { GATE_PORT } from "./gateService.ts";
import { alwaysBack } from "./units.ts";

const CONFIGURATION = "/etc/nginx/nginx.conf";
const UNIT = "nginx.service";
const DROP_IN = `/etc/systemd/system/${UNIT}.d/egov.conf`;
const ROOT = "/usr/local/share/egov/conference";

/** The path of the gate's websocket. */
export const GATE_PATH = "/gate";

/** The page and the way to the gate, behind TLS. */
export function frontIntent(province: Province): HostIntent {
  const page: Record<string, string> = { "index.html": pageFile("index.html"), "style.css": pageFile("style.css"), "main.js": pageBundle() };
  return {
    packages: ["nginx-light"],
    files: {
      [CONFIGURATION]: { content: configuration(webNames(province)) },
      [DROP_IN]: { content: alwaysBack() },
      ...Object.fromEntries(Object.entries(page).map(([name, content]) => [`${ROOT}/${name}`, { content }])),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      { name: "nginx-unit", files: [DROP_IN], unit: UNIT },
      { name: "nginx", files: [CONFIGURATION, ...Object.values(CERTIFICATE_FILES)], reload: `systemctl reload ${UNIT}`, unit: UNIT },
    ],
  };
}

/**
 * The page asks for a camera and loads nothing but itself; tokens travel in the fragment and in the websocket, so no log holds one.
 * Firefox takes wss: for a scheme of its own, hence the names beside 'self'.
 */
function configuration(names: readonly string[]): string {
  const policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self' blob:",
    `connect-src 'self' ${names.map((name) => `wss://${name}`).join(" ")}`, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join("; ");
  const headers = Object.entries({
    "Content-Security-Policy": policy,
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
  }).map(([name, value]) => `\t\tadd_header ${name} "${value}" always;`);
  return [
    "user www-data;",
    "worker_processes auto;",
    "worker_rlimit_nofile 8192;",
    "pid /run/nginx.pid;",
    "error_log syslog:server=unix:/dev/log warn;",
    "events {",
    "\tworker_connections 2048;",
    "}",
    "http {",
    "\tinclude /etc/nginx/mime.types;",
    "\tdefault_type application/octet-stream;",
    "\tcharset utf-8;",
    "\tserver_tokens off;",
    "\taccess_log syslog:server=unix:/dev/log;",
    "\tgzip on;",
    "\tgzip_types text/css application/javascript;",
    "\tserver {",
    "\t\tlisten 80 default_server;",
    "\t\tlisten [::]:80 default_server;",
    `\t\treturn 301 https://${names[0]}$request_uri;`,
    "\t}",
    "\tserver {",
    "\t\tlisten 443 ssl http2 default_server;",
    "\t\tlisten [::]:443 ssl http2 default_server;",
    `\t\tserver_name ${names.join(" ")};`,
    `\t\tssl_certificate ${CERTIFICATE_FILES.certificate};`,
    `\t\tssl_certificate_key ${CERTIFICATE_FILES.key};`,
    "\t\tssl_protocols TLSv1.2 TLSv1.3;",
    "\t\tssl_session_cache shared:tls:2m;",
    `\t\troot ${ROOT};`,
    ...headers,
    "\t\tlocation = / {",
    "\t\t\ttry_files /index.html =404;",
    "\t\t}",
    "\t\tlocation / {",
    "\t\t\ttry_files $uri =404;",
    "\t\t}",
    `\t\tlocation = ${GATE_PATH} {`,
    `\t\t\tproxy_pass http://127.0.0.1:${GATE_PORT};`,
    "\t\t\tproxy_http_version 1.1;",
    "\t\t\tproxy_set_header Upgrade $http_upgrade;",
    '\t\t\tproxy_set_header Connection "upgrade";',
    "\t\t\tproxy_read_timeout 60s;",
    "\t\t}",
    "\t}",
    "}",
    "",
  ].join("\n");
}
