/** Prometheus: asks all targets, looks at all rules, and tells Alertmanager. */
import { stringify } from "yaml";
import type { HostFile, HostIntent } from "../../infra/host/intent.ts";
import { type Tls, serverTls } from "../../infra/pki/tls.ts";
import type { Province } from "../../inventory/model.ts";
import { datacenterOf, placeOf } from "../rules/labels.ts";
import { ruleFiles } from "../rules/files.ts";
import { timing } from "../rules/timing.ts";
import { exporterConfigurations } from "./exporterConfiguration.ts";
import { certificateOf, serverName } from "./names.ts";
import { ALERTMANAGER_PORT, AUTHORITY, BLACKBOX_PORT, CONFIGURATION, EXPORTER_PORTS, type ExporterName, PROMETHEUS_PORT } from "./paths.ts";
import { nodeTargets, probeTargets } from "./targets.ts";
import { COMES_BACK, dropIn, unitFile } from "./unit.ts";

const UNIT = "prometheus.service";
const ARGUMENTS = "/etc/default/prometheus";
const FILE = `${CONFIGURATION}/prometheus.yml`;
const WEB = `${CONFIGURATION}/web.yml`;
const TLS = `${CONFIGURATION}/tls`;

/** Readable by the daemons, which share Debian's user, and by nobody else. */
const PRIVATE = { mode: "0640", owner: "root:prometheus" } as const;

/** What is kept of the node exporters' series: the rest would only take room. */
const KEPT = [
  "node_load1", "node_memory_(MemTotal|MemAvailable)_bytes", "node_filesystem_(size|avail)_bytes",
  "node_network_(receive|transmit)_(bytes|drop|errs)_total", "node_systemd_unit_state", "node_systemd_service_restart_total",
  "node_textfile_mtime_seconds", "mail_queue_.*", "stack_last_up_.*",
];

/** Of what Prometheus and Alertmanager say of themselves. */
const KEPT_OF_OURSELVES = [
  "process_resident_memory_bytes", "process_cpu_seconds_total", "prometheus_tsdb_head_series", "prometheus_rule_evaluation_failures_total",
  "prometheus_rule_group_last_duration_seconds", "alertmanager_notifications_total", "alertmanager_notifications_failed_total",
];

export function prometheusIntent(province: Province, tls: Tls): HostIntent {
  const { retentionDays } = province.monitoring;
  const rules = Object.fromEntries(ruleFiles(province).map(({ name, content }): [string, HostFile] => [`${CONFIGURATION}/rules/${name}`, { content }]));
  const configuration = {
    [FILE]: { content: stringify(prometheusConfiguration(province), { lineWidth: 0, aliasDuplicateObjects: false }) },
    [`${CONFIGURATION}/targets/nodes.json`]: { content: json(nodeTargets(province)) },
    [`${CONFIGURATION}/targets/probes.json`]: { content: json(probeTargets(province)) },
    ...rules,
  };
  return {
    packages: ["prometheus", "curl"],
    files: {
      [ARGUMENTS]: { content: `ARGS="${[
        `--config.file=${FILE}`, `--web.config.file=${WEB}`, `--web.listen-address=:${PROMETHEUS_PORT}`,
        `--storage.tsdb.retention.time=${retentionDays}d`, "--log.level=warn",
      ].join(" ")}"\n` },
      [dropIn(UNIT)]: unitFile({ ...COMES_BACK, Service: [...COMES_BACK["Service"]!, "Environment=GOGC=50"] }),
      ...configuration,
      ...webFiles(province, tls),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      // Paths in the configuration are relative to it, so that the check reads what is staged beside it.
      { name: "prometheus", files: Object.keys(configuration), check: `promtool check config "$STAGE${FILE}"`, reload: `systemctl reload ${UNIT}`, unit: UNIT },
      { name: "prometheus-arguments", files: [ARGUMENTS, dropIn(UNIT)], reload: `systemctl restart ${UNIT}`, unit: UNIT },
      // Read anew with every connection.
      { name: "prometheus-web", files: [WEB, `${TLS}/`], check: `promtool check web-config "$STAGE${WEB}"` },
    ],
  };
}

/** The web side of Prometheus and of Alertmanager: TLS with the monitoring host's certificate. */
function webFiles(province: Province, tls: Tls): Record<string, HostFile> {
  const { certificate, key } = serverTls(tls, certificateOf(province).name);
  return {
    [WEB]: { content: stringify({ tls_server_config: { cert_file: "tls/certificate.pem", key_file: "tls/key.pem", min_version: "TLS12" } }) },
    [`${TLS}/certificate.pem`]: { content: certificate },
    [`${TLS}/key.pem`]: { content: key, ...PRIVATE },
    [AUTHORITY]: { content: tls.authority },
  };
}

/** Jobs of the monitoring host's own: the exporters there, Prometheus and Alertmanager. */
export function watchers(province: Province): string[] {
  return [...Object.keys(exporterConfigurations(province)), "prometheus", "alertmanager"];
}

function prometheusConfiguration(province: Province): object {
  const { scrapeSeconds } = province.monitoring;
  const here = placeOf(province, datacenterOf(province));
  const secured = { scheme: "https", tls_config: { ca_file: "tls/authority.pem", server_name: serverName(province) } };
  const ours = (name: string, port: number, more: object = {}): object => ({
    job_name: name, ...more, static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { instance: name, ...here, host: certificateOf(province).host, service: name } }],
  });
  const keep = (names: readonly string[]): object => ({ metric_relabel_configs: [{ source_labels: ["__name__"], regex: names.join("|"), action: "keep" }] });
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: `${Math.max(1, scrapeSeconds - 1)}s`, evaluation_interval: `${timing(province).evaluationSeconds}s` },
    rule_files: ["rules/*.yml"],
    alerting: { alertmanagers: [{ ...secured, static_configs: [{ targets: [`127.0.0.1:${ALERTMANAGER_PORT}`] }] }] },
    scrape_configs: [
      { job_name: "node", file_sd_configs: [{ files: ["targets/nodes.json"] }], metric_relabel_configs: [
        { source_labels: ["__name__"], regex: KEPT.join("|"), action: "keep" },
        // Of a unit's five states one says all.
        { source_labels: ["__name__", "state"], regex: "node_systemd_unit_state;(activating|deactivating|failed|inactive)", action: "drop" },
        { regex: "type", action: "labeldrop" },
      ] },
      { job_name: "probe", metrics_path: "/probe", file_sd_configs: [{ files: ["targets/probes.json"] }], relabel_configs: [
        { source_labels: ["__address__"], target_label: "__param_target" },
        { target_label: "__address__", replacement: `127.0.0.1:${BLACKBOX_PORT}` },
      ], ...keep(["probe_success", "probe_duration_seconds", "probe_ssl_earliest_cert_expiry"]) },
      // What they say of a site or a link is that site's, not theirs.
      ...Object.keys(exporterConfigurations(province)).map((name) => ours(name, EXPORTER_PORTS[name as ExporterName], { honor_labels: true })),
      ours("prometheus", PROMETHEUS_PORT, { ...secured, ...keep(KEPT_OF_OURSELVES) }),
      ours("alertmanager", ALERTMANAGER_PORT, { ...secured, ...keep(KEPT_OF_OURSELVES) }),
    ],
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
