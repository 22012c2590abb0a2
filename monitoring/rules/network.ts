/** Alerts about the network, from the whole to its parts. */
import type { Province } from "../../inventory/model.ts";
import type { Alert } from "./alert.ts";
import { datacenterOf, NONE } from "./labels.ts";
import { timing } from "./timing.ts";

const UPLINKS = 'role=~"primary|backup"';
const SITE = "province, district, site";
const LINK = `${SITE}, link`;

/** Share of unanswered echo requests on a link that is up. */
const LOSS = 0.05;
/** Of its capacity; Circular 06/2026/TT-BKHCN, article 5.6, has a channel enlarged beyond it. */
const FULL = 0.9;

export function networkAlerts(province: Province): Alert[] {
  const { linkForSeconds, keepFiringSeconds } = timing(province);
  const area = "network";
  const ofDatacenter = { district: NONE, site: datacenterOf(province), link: NONE };
  const onHost = (metric: string): string => `max by (province, host) (label_replace(${metric}, "host", "$1", "router", "(.*)"))`;
  return [
    {
      name: "CoreIsolated", area, scope: "core", severity: "page", labels: ofDatacenter, keepFiringSeconds,
      expression: 'max by (province) (wan_router_up{role="core"}) == 0',
      summary: { en: "No core router answers: the data center is cut off from the province", vi: "Không bộ định tuyến lõi nào trả lời: trung tâm dữ liệu mất kết nối với toàn tỉnh" },
    },
    {
      name: "HubDown", area, scope: "hub", severity: "page", labels: ofDatacenter, keepFiringSeconds,
      expression: `${onHost("wan_router_up")} == 0`,
      summary: { en: "Router {{ $labels.host }} of the data center is down", vi: "Bộ định tuyến {{ $labels.host }} của trung tâm dữ liệu ngừng hoạt động" },
    },
    {
      name: "DistrictIsolated", area, scope: "site", severity: "page", labels: { link: NONE }, keepFiringSeconds,
      expression: `max by (${SITE}) (wan_link_up{${UPLINKS},district!="${NONE}"}) == 0`,
      summary: { en: "District {{ $labels.district }} is cut off: all links of site {{ $labels.site }} are down", vi: "Huyện {{ $labels.district }} mất kết nối: mọi đường truyền của điểm {{ $labels.site }} đều đứt" },
    },
    {
      name: "SiteIsolated", area, scope: "site", severity: "page", labels: { link: NONE }, keepFiringSeconds,
      expression: `max by (${SITE}) (wan_link_up{${UPLINKS},district="${NONE}"}) == 0`,
      summary: { en: "Site {{ $labels.site }} is cut off: all its links are down", vi: "Điểm {{ $labels.site }} mất kết nối: mọi đường truyền đều đứt" },
    },
    {
      name: "SitePowerLost", area, scope: "power", severity: "ticket", labels: { link: NONE }, keepFiringSeconds,
      // A fault on the way leaves the carrier; a router without power takes it from all links at once.
      expression: `max by (${SITE}) (wan_link_carrier{${UPLINKS}}) == 0 and max by (${SITE}) (wan_link_up{${UPLINKS}}) == 0`,
      summary: { en: "Site {{ $labels.site }}: all links have lost their carrier at once, probably with the site's power", vi: "Điểm {{ $labels.site }}: mọi đường truyền cùng mất sóng mang, có thể do mất điện" },
    },
    {
      name: "LinkDown", area, scope: "link", severity: "ticket", labels: {}, forSeconds: linkForSeconds, keepFiringSeconds,
      expression: `min by (${LINK}) (wan_link_up) == 0`,
      summary: { en: "Link {{ $labels.link }} is down", vi: "Đường truyền {{ $labels.link }} bị đứt" },
    },
    {
      name: "LinkLossHigh", area, scope: "quality", severity: "ticket", labels: {}, forSeconds: 90,
      expression: `1 - sum by (${LINK}) (rate(wan_probe_packets_received_total[1m])) / sum by (${LINK}) (rate(wan_probe_packets_sent_total[1m])) > ${LOSS} and min by (${LINK}) (wan_link_up) == 1`,
      summary: { en: "Link {{ $labels.link }} loses {{ $value | humanizePercentage }} of its packets", vi: "Đường truyền {{ $labels.link }} mất {{ $value | humanizePercentage }} gói tin" },
    },
    {
      name: "LinkFull", area, scope: "quality", severity: "ticket", labels: {}, forSeconds: 300,
      expression: `max by (${LINK}) (rate(wan_link_receive_bytes_total[5m]) / wan_link_capacity_bytes_per_second > ${FULL} or rate(wan_link_transmit_bytes_total[5m]) / wan_link_capacity_bytes_per_second > ${FULL})`,
      summary: { en: "Link {{ $labels.link }} is {{ $value | humanizePercentage }} full", vi: "Đường truyền {{ $labels.link }} đã dùng {{ $value | humanizePercentage }} dung lượng" },
    },
    {
      name: "AdjacencyDown", area, scope: "adjacency", severity: "ticket", labels: {}, forSeconds: linkForSeconds,
      expression: `min by (${LINK}, protocol) (routing_adjacency_up) == 0`,
      summary: { en: "Link {{ $labels.link }}: the {{ $labels.protocol }} adjacency is down", vi: "Đường truyền {{ $labels.link }}: láng giềng {{ $labels.protocol }} không thiết lập được" },
    },
    {
      name: "AdjacencyUnexpected", area, scope: "adjacency", severity: "ticket", labels: ofDatacenter, forSeconds: 60,
      expression: `${onHost("routing_adjacency_unexpected")} > 0`,
      summary: { en: "Router {{ $labels.host }} has {{ $value }} neighbours that the inventory does not know", vi: "Bộ định tuyến {{ $labels.host }} có {{ $value }} láng giềng không có trong danh mục" },
    },
    {
      name: "RouterUnread", area, scope: "service", severity: "ticket", labels: { ...ofDatacenter, service: "egov-neighbours.service" }, forSeconds: 30,
      expression: `${onHost("wan_collector_success")} == 0`,
      summary: { en: "The neighbours of router {{ $labels.host }} cannot be read", vi: "Không đọc được láng giềng của bộ định tuyến {{ $labels.host }}" },
    },
  ];
}
