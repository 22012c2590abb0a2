/** Our own exporters on mon1: one program, one process for each, each in a sandbox of its own. */
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { HostFile, HostIntent } from "../../infra/host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { pagerConfiguration, wanConfiguration } from "./exporterConfiguration.ts";
import type { ExporterName } from "./paths.ts";
import { COMES_BACK, HARDENED, unitFile } from "./unit.ts";

const PROGRAM = "/usr/local/lib/egov/exporters.cjs";

interface Exporter {
  readonly description: string;
  readonly configuration: object;
  readonly capabilities?: readonly string[];
}

export function exportersIntent(province: Province): HostIntent {
  const exporters: Partial<Record<ExporterName, Exporter>> = {
    // fping opens raw sockets.
    wan: { description: "Links and adjacencies", configuration: wanConfiguration(province), capabilities: ["CAP_NET_RAW"] },
    pager: { description: "What was told to people, and a switch that notices a dead Prometheus", configuration: pagerConfiguration(province) },
  };
  const parts = Object.entries(exporters).map(([name, exporter]) => ({ unit: `egov-exporter-${name}.service`, name, ...exporter }));
  const files = (part: (typeof parts)[number]): Record<string, HostFile> => ({
    [configurationPath(part.name)]: { content: `${JSON.stringify(part.configuration, undefined, 1)}\n`, mode: "0640" },
    [`/etc/systemd/system/${part.unit}`]: exporterUnit(part.name, part),
  });
  return {
    packages: ["fping", "nodejs"],
    files: { [PROGRAM]: { content: program() }, ...Object.assign({}, ...parts.map(files)) },
    units: Object.fromEntries(parts.map(({ unit }) => [unit, { enabled: true, running: true }])),
    services: parts.map((part) => ({
      name: `exporter-${part.name}`, files: [PROGRAM, ...Object.keys(files(part))], reload: `systemctl restart ${part.unit}`, unit: part.unit,
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
