/** Alerts about hosts, the services on them and their doors. */
import type { Province } from "../../inventory/model.ts";
import type { Alert } from "./alert.ts";
import { NONE } from "./labels.ts";
import { timing } from "./timing.ts";

const HOST = "province, district, site, host";
const SERVICE = `${HOST}, service`;
const unit = (metric: string): string => `max by (${SERVICE}) (label_replace(${metric}, "service", "$1", "name", "(.*)"))`;

/** Share of a file system that is free. */
const ROOM = 0.1;

export function hostAlerts(province: Province): Alert[] {
  const { keepFiringSeconds } = timing(province);
  const { scrapeSeconds } = province.monitoring;
  const common = { area: "hosts", severity: "ticket", labels: { link: NONE } } as const;
  return [
    {
      ...common, name: "HostDown", scope: "host", keepFiringSeconds,
      expression: `max by (${HOST}) (up{job="node"}) == 0`,
      summary: { en: "Host {{ $labels.host }} does not answer", vi: "Máy {{ $labels.host }} không trả lời" },
    },
    {
      ...common, name: "ServiceDown", scope: "service",
      expression: `${unit('node_systemd_unit_state{state="active"}')} == 0`,
      summary: { en: "Service {{ $labels.service }} on {{ $labels.host }} does not run", vi: "Dịch vụ {{ $labels.service }} trên {{ $labels.host }} không chạy" },
    },
    {
      ...common, name: "ServiceRestarted", scope: "service",
      expression: `${unit("increase(node_systemd_service_restart_total[1m])")} > 0`,
      summary: { en: "Service {{ $labels.service }} on {{ $labels.host }} ended by itself and was started again", vi: "Dịch vụ {{ $labels.service }} trên {{ $labels.host }} tự dừng và đã được khởi động lại" },
    },
    {
      ...common, name: "ServiceUnreachable", scope: "probe", forSeconds: scrapeSeconds,
      expression: `min by (${SERVICE}) (probe_success) == 0`,
      summary: { en: "Service {{ $labels.service }} of {{ $labels.host }} does not serve", vi: "Dịch vụ {{ $labels.service }} của {{ $labels.host }} không phục vụ" },
    },
    {
      ...common, name: "DiskFilling", scope: "service", forSeconds: 300,
      expression: `min by (${HOST}) (node_filesystem_avail_bytes / node_filesystem_size_bytes) < ${ROOM}`,
      summary: { en: "Host {{ $labels.host }} has {{ $value | humanizePercentage }} of a disk left", vi: "Máy {{ $labels.host }} chỉ còn {{ $value | humanizePercentage }} dung lượng đĩa" },
    },
  ];
}
