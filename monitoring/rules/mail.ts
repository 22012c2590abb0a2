/** Alerts about mail. */
import type { Province } from "../../inventory/model.ts";
import type { Alert } from "./alert.ts";
import { datacenterOf, NONE } from "./labels.ts";

/** Every office's mail is tried in turn, a failure a second time: this long, it is no restart. Hosts and services are told of by themselves, sooner. */
const FAILING_SECONDS = 45;

/** A message waits longer than this only when something is wrong: an hour's worth of retries. */
const OLD_SECONDS = 900;

export function mailAlerts(province: Province): Alert[] {
  const common = { area: "mail", scope: "mail" } as const;
  return [
    {
      // One page for mail as a whole: what is broken there is broken for many sites at once.
      ...common, name: "MailProbeFailing", severity: "page", labels: { district: NONE, site: datacenterOf(province), link: NONE }, forSeconds: FAILING_SECONDS, keepFiringSeconds: 30,
      expression: "sum by (province) (mail_probe_success == bool 0) > 0",
      summary: { en: "Mail does not arrive between sites: the probe fails for {{ $value }} of them", vi: "Thư giữa các điểm không đến nơi: phép thử thất bại tại {{ $value }} điểm" },
    },
    {
      ...common, name: "MailQueueOld", severity: "ticket", labels: { link: NONE }, forSeconds: 60,
      expression: `max by (province, district, site, host) (mail_queue_oldest_age_seconds) > ${OLD_SECONDS}`,
      summary: { en: "Mail waits in the queue of {{ $labels.host }} for {{ $value | humanizeDuration }}", vi: "Thư chờ trong hàng đợi của {{ $labels.host }} đã {{ $value | humanizeDuration }}" },
    },
  ];
}
