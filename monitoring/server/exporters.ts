/** Our own exporters on mon1: one program, one process for each, each in a sandbox of its own. */
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { HostFile, HostIntent } from "../../infra/host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { SECRET as CONFERENCE_SECRET } from "../../infra/conference/secrets.ts";
import { PROBE_PASSWORD_SECRET } from "../../infra/mail/names.ts";
import { exporterConfigurations } from "./exporterConfiguration.ts";
import type { ExporterName } from "./paths.ts";
import { COMES_BACK, HARDENED, unitFile } from "./unit.ts";

/** Secrets that the exporters' files ask for: the probe mailboxes' password, and Janus's for its admin API. */
export const MONITORING_SECRETS: readonly string[] = [PROBE_PASSWORD_SECRET, CONFERENCE_SECRET.admin];

const PROGRAM = "/usr/local/lib/egov/exporters.cjs";

interface Exporter {
  readonly description: string;
  readonly capabilities?: readonly string[];
}

const EXPORTERS: Readonly<Record<ExporterName, Exporter>> = {
  // fping opens raw sockets.
  wan: { description: "Links and adjacencies", capabilities: ["CAP_NET_RAW"] },
  mail: { description: "Mail from office to office" },
  conference: { description: "Rooms and their media" },
  pager: { description: "What people were told, and a switch that notices a dead Prometheus" },
};

export function exportersIntent(province: Province): HostIntent {
  const parts = Object.entries(exporterConfigurations(province)).map(([name, configuration]) => {
    const unit = `egov-exporter-${name}.service`;
    const files: Record<string, HostFile> = {
      [configurationPath(name)]: { content: `${JSON.stringify(configuration, undefined, 1)}\n`, mode: "0640" },
      [`/etc/systemd/system/${unit}`]: exporterUnit(name, EXPORTERS[name as ExporterName]),
    };
    return { unit, files };
  });
  return {
    // The mail probe is a script around the latter two.
    packages: ["fping", "nodejs", "curl", "bind9-dnsutils"],
    files: { [PROGRAM]: { content: program() }, ...Object.assign({}, ...parts.map(({ files }) => files)) },
    units: Object.fromEntries(parts.map(({ unit }) => [unit, { enabled: true, running: true }])),
    services: parts.map(({ unit, files }) => ({
      name: unit.replace(".service", ""), files: [PROGRAM, ...Object.keys(files)], reload: `systemctl restart ${unit}`, unit,
    })),
  };
}

function configurationPath(name: string): string {
  return `/etc/egov/exporters/${name}.json`;
}

function exporterUnit(name: string, { description, capabilities = [] }: Exporter): HostFile {
  return unitFile({
    Unit: [`Description=${description}, for the monitoring`, "After=network.target", ...COMES_BACK["Unit"]!],
    Service: [
      `ExecStart=/usr/bin/node --max-old-space-size=64 ${PROGRAM} ${name} %d/configuration`,
      "DynamicUser=yes", `LoadCredential=configuration:${configurationPath(name)}`, ...COMES_BACK["Service"]!, ...HARDENED,
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
      `CapabilityBoundingSet=${capabilities.join(" ")}`, ...(capabilities.length > 0 ? [`AmbientCapabilities=${capabilities.join(" ")}`] : []),
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}

let bundled: string | undefined;

/** The program as one file for Debian 12's Node 18: a host has no package registry in reach. */
function program(): string {
  bundled ??= buildSync({
    entryPoints: [join(import.meta.dirname, "../exporters/main.ts")],
    bundle: true, platform: "node", target: "node18", format: "cjs", minify: true, legalComments: "none", write: false, logLevel: "error",
  }).outputFiles[0]!.text;
  return bundled;
}
