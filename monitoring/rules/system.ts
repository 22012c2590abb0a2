/** Alerts about the monitoring itself, the stacks and the certificates. */
import type { Province } from "../../inventory/model.ts";
import type { Alert } from "./alert.ts";
import { datacenterOf, NONE } from "./labels.ts";

const DAY_SECONDS = 86_400;
const SERVICE = "province, district, site, host, service";

export function systemAlerts(province: Province): Alert[] {
  const { scrapeSeconds } = province.monitoring;
  const ofDatacenter = { district: NONE, site: datacenterOf(province), link: NONE };
  const common = { area: "system", scope: "system", severity: "ticket", labels: { link: NONE } } as const;
  const left = `min by (${SERVICE}) (probe_ssl_earliest_cert_expiry) - time()`;
  return [
    {
      ...common, name: "Watchdog", severity: "none", labels: { ...ofDatacenter, province: province.slug },
      expression: "vector(1)",
      summary: { en: "Always fires: Prometheus works", vi: "Luôn phát: Prometheus đang hoạt động" },
    },
    {
      ...common, name: "TargetDown", forSeconds: scrapeSeconds,
      expression: `max by (${SERVICE}) (up{job!~"node|probe"}) == 0`,
      summary: { en: "Part {{ $labels.service }} of the monitoring does not answer", vi: "Thành phần giám sát {{ $labels.service }} không trả lời" },
    },
    {
      ...common, name: "NotificationsFailing", forSeconds: 120,
      expression: `max by (${SERVICE}) (rate(alertmanager_notifications_failed_total[5m])) > 0`,
      summary: { en: "Alertmanager cannot pass on what it has to tell", vi: "Alertmanager không gửi được cảnh báo" },
    },
    {
      ...common, name: "StackUpFailed", labels: { ...ofDatacenter },
      expression: "min by (province, stack) (stack_last_up_success) == 0",
      summary: { en: "The last up of stack {{ $labels.stack }} failed", vi: "Lần triển khai gần nhất của {{ $labels.stack }} thất bại" },
    },
    {
      ...common, name: "CertificateExpiresNow", severity: "page",
      expression: `${left} < ${3 * DAY_SECONDS}`,
      summary: { en: "The certificate of {{ $labels.service }} on {{ $labels.host }} ends in {{ $value | humanizeDuration }}", vi: "Chứng thư của {{ $labels.service }} trên {{ $labels.host }} hết hạn sau {{ $value | humanizeDuration }}" },
    },
    {
      ...common, name: "CertificateExpiring",
      // An `up` replaces it a month before its end.
      expression: `${left} < ${21 * DAY_SECONDS} >= ${3 * DAY_SECONDS}`,
      summary: { en: "The certificate of {{ $labels.service }} on {{ $labels.host }} ends in {{ $value | humanizeDuration }}", vi: "Chứng thư của {{ $labels.service }} trên {{ $labels.host }} hết hạn sau {{ $value | humanizeDuration }}" },
    },
  ];
}
