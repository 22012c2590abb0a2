/** Alertmanager: one message for one cause, by mail and to our own pager. */
import { stringify } from "yaml";
import type { HostIntent } from "../../infra/host/intent.ts";
import { hostsOfRole } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { inhibitRules } from "../rules/inhibition.ts";
import { timing } from "../rules/timing.ts";
import { ALERTMANAGER_PORT, AUTHORITY, CONFIGURATION, EXPORTER_PORTS } from "./paths.ts";
import { certificateOf, serverName } from "./names.ts";
import { COMES_BACK, dropIn, unitFile } from "./unit.ts";

const UNIT = "prometheus-alertmanager.service";
const ARGUMENTS = "/etc/default/prometheus-alertmanager";
const FILE = `${CONFIGURATION}/alertmanager.yml`;
const TEMPLATE = `${CONFIGURATION}/alertmanager.tmpl`;

export function alertmanagerIntent(province: Province): HostIntent {
  return {
    packages: ["prometheus-alertmanager"],
    files: {
      [ARGUMENTS]: { content: `ARGS="${[
        `--config.file=${FILE}`, `--web.config.file=${CONFIGURATION}/web.yml`, `--web.listen-address=:${ALERTMANAGER_PORT}`,
        `--web.external-url=https://${serverName(province)}:${ALERTMANAGER_PORT}`, "--web.route-prefix=/",
        // One Alertmanager has nobody to gossip with.
        "--cluster.listen-address=", "--log.level=warn",
      ].join(" ")}"\n` },
      [FILE]: { content: stringify(alertmanagerConfiguration(province), { lineWidth: 0, aliasDuplicateObjects: false }) },
      [TEMPLATE]: { content: MAIL },
      [dropIn(UNIT)]: unitFile(COMES_BACK),
    },
    units: { [UNIT]: { enabled: true, running: true } },
    services: [
      { name: "alertmanager", files: [FILE, TEMPLATE], check: `amtool check-config "$STAGE${FILE}"`, reload: `systemctl reload ${UNIT}`, unit: UNIT },
      { name: "alertmanager-arguments", files: [ARGUMENTS, dropIn(UNIT)], reload: `systemctl restart ${UNIT}`, unit: UNIT },
    ],
  };
}

/**
 * Every alert is a group of its own: what belongs together is already one alert by inhibition, and a group that exists would pass
 * on a newcomer before its parent had its time to inhibit it.
 */
function alertmanagerConfiguration(province: Province): object {
  const { pageWaitSeconds, ticketWaitSeconds } = timing(province);
  return {
    global: {
      ...smarthost(province),
      resolve_timeout: "1m",
    },
    templates: ["alertmanager.tmpl"],
    route: {
      receiver: "ticket", group_by: ["..."], group_wait: `${ticketWaitSeconds}s`, group_interval: "30s", repeat_interval: "24h",
      routes: [
        // It only has to fire; the pager looks whether it does.
        { matchers: ['severity="none"'], receiver: "nobody" },
        { matchers: ['severity="page"'], receiver: "page", group_wait: `${pageWaitSeconds}s`, group_interval: "5s", repeat_interval: "4h" },
      ],
    },
    inhibit_rules: inhibitRules(province),
    receivers: [{ name: "nobody" }, receiver(province, "page"), receiver(province, "ticket")],
  };
}

/** Mail goes out from an address of the monitoring host's own name, for which the province's zone says that this host may send (SPF, RFC 7208). */
function smarthost(province: Province): object {
  const { zone } = province.services.dns;
  const exchanger = hostsOfRole(province, "mail-exchanger")[0]!;
  const { host } = certificateOf(province);
  return {
    smtp_smarthost: `${exchanger.name}.${zone}:25`,
    smtp_from: `canh-bao@${host}.${zone}`,
    smtp_hello: `${host}.${zone}`,
    smtp_require_tls: true,
  };
}

function receiver(province: Province, name: string): object {
  const { alertsTo } = province.monitoring;
  return {
    name,
    webhook_configs: [{ url: `http://127.0.0.1:${EXPORTER_PORTS.pager}/notify/${name}`, send_resolved: true }],
    email_configs: [{
      to: `${alertsTo}@${province.mail.domain}`, send_resolved: true, tls_config: { ca_file: AUTHORITY },
      headers: { Subject: '{{ template "egov.subject" . }}' }, html: "", text: '{{ template "egov.text" . }}',
    }],
  };
}

/** The mail, in Vietnamese and English (text/template of Go). */
const MAIL = `{{ define "egov.subject" }}{{ if eq .Status "firing" }}[{{ .CommonLabels.severity }}]{{ else }}[đã hết]{{ end }} {{ .CommonAnnotations.summary_vi }}{{ end }}
{{ define "egov.text" }}{{ range .Alerts }}{{ .Annotations.summary_vi }}
{{ .Annotations.summary }}

{{ if eq .Status "firing" }}Bắt đầu / since: {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 UTC" }}{{ else }}Hết lúc / ended: {{ .EndsAt.UTC.Format "2006-01-02 15:04:05 UTC" }}{{ end }}
{{ range .Labels.SortedPairs }}{{ .Name }}: {{ .Value }}
{{ end }}
Cách xử lý / runbook: {{ .Annotations.runbook }}
{{ end }}{{ end }}
`;
