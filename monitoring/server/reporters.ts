/** Small programs on hosts that know what no packaged exporter does; they leave it with the node exporter, so nothing more listens. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostIntent } from "../../infra/host/intent.ts";
import { TEXTFILES } from "./paths.ts";
import { COMES_BACK, HARDENED, unitFile } from "./unit.ts";

interface Reporter {
  /** Its unit is `egov-<name>.service`, its file `<name>.prom`. */
  readonly name: string;
  readonly description: string;
  /** Below `remote/`. */
  readonly script: string;
  readonly packages: readonly string[];
  /** Group that may ask what it asks. */
  readonly group: string;
  readonly after: string;
}

/** What a router's FRR says of its neighbours: read by the `wan` exporter, which knows the intent. */
export const NEIGHBOURS: Reporter = {
  name: "neighbours", description: "Neighbours of this router, for the monitoring", script: "neighbours.py",
  packages: ["python3"], group: "frrvty", after: "frr.service",
};

/** The length and age of Postfix's queues. */
export const MAIL_QUEUE: Reporter = {
  name: "mail-queue", description: "Length and age of the mail queues, for the monitoring", script: "mail-queue.sh",
  packages: ["postfix"], group: "postdrop", after: "postfix.service",
};

export function reporterUnit({ name }: Reporter): string {
  return `egov-${name}.service`;
}

export function reporterIntent(reporter: Reporter, everySeconds: number): HostIntent {
  const { name, script, packages, group, after, description } = reporter;
  const program = `/usr/local/lib/egov/${script}`;
  const unit = reporterUnit(reporter);
  const path = `/etc/systemd/system/${unit}`;
  return {
    packages,
    files: {
      [program]: { content: readFileSync(join(import.meta.dirname, "remote", script), "utf8"), mode: "0755" },
      [path]: unitFile({
        Unit: [`Description=${description}`, `After=${after}`, ...COMES_BACK["Unit"]!],
        Service: [
          `ExecStart=${program} ${TEXTFILES}/${name}.prom ${everySeconds}`,
          // The exporter's own user, whose folder it is.
          "User=prometheus", "Group=prometheus", `SupplementaryGroups=${group}`, "StateDirectory=prometheus/node-exporter",
          ...COMES_BACK["Service"]!, ...HARDENED, "RestrictAddressFamilies=AF_UNIX", "CapabilityBoundingSet=",
        ],
        Install: ["WantedBy=multi-user.target"],
      }),
    },
    units: { [unit]: { enabled: true, running: true } },
    services: [{ name: `egov-${name}`, files: [program, path], reload: `systemctl restart ${unit}`, unit }],
  };
}
