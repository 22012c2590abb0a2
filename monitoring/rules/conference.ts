/** Alerts about the conference. */
import type { Province } from "../../inventory/model.ts";
import type { Alert } from "./alert.ts";
import { datacenterOf, NONE } from "./labels.ts";

/** Share of a site's media packets that are lost: above it pictures stand still. */
const LOSS = 0.02;

export function conferenceAlerts(province: Province): Alert[] {
  const common = { area: "conference", scope: "video" } as const;
  return [
    {
      ...common, name: "VideoProbeFailing", severity: "page", labels: { district: NONE, site: datacenterOf(province), link: NONE }, forSeconds: 10, keepFiringSeconds: 30,
      expression: "max by (province) (video_probe_success) == 0",
      summary: { en: "The conference's media server does not answer", vi: "Máy chủ truyền hình hội nghị không trả lời" },
    },
    {
      ...common, name: "VideoLossHigh", severity: "ticket", labels: { link: NONE }, forSeconds: 60,
      expression: `sum by (province, district, site) (rate(video_rtp_packets_lost_total[1m])) / sum by (province, district, site) (rate(video_rtp_packets_total[1m])) > ${LOSS}`,
      summary: { en: "Site {{ $labels.site }} loses {{ $value | humanizePercentage }} of its conference's packets", vi: "Điểm {{ $labels.site }} mất {{ $value | humanizePercentage }} gói tin hội nghị" },
    },
  ];
}
