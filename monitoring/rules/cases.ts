/** Examples for every alert, for `promtool test rules`: series in which it fires, and series close to them in which it does not. */

/** A series and its samples, one every five seconds, in promtool's own notation: `0x20` and `1+0x20` are 21 times the same, `0+5x20` grows by 5. */
export type Series = readonly [series: string, values: string];

export interface Case {
  readonly fires: readonly Series[];
  readonly silent: readonly Series[];
  /** When it is looked at, seconds. */
  readonly atSeconds: number;
}

const SITE = 'province="p",district="d",site="s"';
const BODY = 'province="p",district="none",site="b"';
const CENTER = 'province="p",district="none",site="c"';
const PRIMARY = 'link="s-primary",role="primary"';
const BACKUP = 'link="s-backup",role="backup"';
const FOREVER = "x200";

const uplinks = (metric: string, site: string, primary: string, backup: string): Series[] => [
  [`${metric}{${site},${PRIMARY}}`, primary], [`${metric}{${site},${BACKUP}}`, backup],
];
const unit = 'host="mx1",name="rspamd.service"';
const door = 'host="mx1",service="smtp"';

/** By the alert's name. */
export const CASES: Readonly<Record<string, Case>> = {
  CoreIsolated: {
    fires: [[`wan_router_up{${CENTER},router="core1",role="core"}`, `0${FOREVER}`], [`wan_router_up{${CENTER},router="core2",role="core"}`, `0${FOREVER}`]],
    silent: [[`wan_router_up{${CENTER},router="core1",role="core"}`, `0${FOREVER}`], [`wan_router_up{${CENTER},router="core2",role="core"}`, `1+0${FOREVER}`]],
    atSeconds: 10,
  },
  HubDown: {
    fires: [[`wan_router_up{${CENTER},router="agg1",role="aggregation"}`, `0${FOREVER}`]],
    silent: [[`wan_router_up{${CENTER},router="agg1",role="aggregation"}`, `1+0${FOREVER}`]],
    atSeconds: 10,
  },
  DistrictIsolated: {
    fires: uplinks("wan_link_up", SITE, `0${FOREVER}`, `0${FOREVER}`),
    silent: [...uplinks("wan_link_up", SITE, `0${FOREVER}`, `1+0${FOREVER}`), ...uplinks("wan_link_up", BODY, `0${FOREVER}`, `0${FOREVER}`)],
    atSeconds: 10,
  },
  SiteIsolated: {
    fires: uplinks("wan_link_up", BODY, `0${FOREVER}`, `0${FOREVER}`),
    silent: [...uplinks("wan_link_up", BODY, `1+0${FOREVER}`, `0${FOREVER}`), ...uplinks("wan_link_up", SITE, `0${FOREVER}`, `0${FOREVER}`)],
    atSeconds: 10,
  },
  SitePowerLost: {
    fires: [...uplinks("wan_link_carrier", SITE, `0${FOREVER}`, `0${FOREVER}`), ...uplinks("wan_link_up", SITE, `0${FOREVER}`, `0${FOREVER}`)],
    // Cut on the way: the carrier is there.
    silent: [...uplinks("wan_link_carrier", SITE, `1+0${FOREVER}`, `1+0${FOREVER}`), ...uplinks("wan_link_up", SITE, `0${FOREVER}`, `0${FOREVER}`)],
    atSeconds: 10,
  },
  LinkDown: {
    fires: uplinks("wan_link_up", SITE, `0${FOREVER}`, `1+0${FOREVER}`),
    // Back before the ticket.
    silent: uplinks("wan_link_up", SITE, `0 0 1+0${FOREVER}`, `1+0${FOREVER}`),
    atSeconds: 20,
  },
  LinkLossHigh: {
    fires: [...uplinks("wan_link_up", SITE, `1+0${FOREVER}`, `1+0${FOREVER}`), ...uplinks("wan_probe_packets_sent_total", SITE, `0+10${FOREVER}`, `0+10${FOREVER}`), ...uplinks("wan_probe_packets_received_total", SITE, `0+9${FOREVER}`, `0+10${FOREVER}`)],
    // A link that was cut and came back: the loss is over before it counts.
    silent: [...uplinks("wan_link_up", SITE, `0x30 1+0${FOREVER}`, `1+0${FOREVER}`), ...uplinks("wan_probe_packets_sent_total", SITE, `0+10${FOREVER}`, `0+10${FOREVER}`), ...uplinks("wan_probe_packets_received_total", SITE, `0x30 0+10${FOREVER}`, `0+10${FOREVER}`)],
    atSeconds: 250,
  },
  LinkFull: {
    fires: [[`wan_link_receive_bytes_total{${SITE},${PRIMARY}}`, `0+950${FOREVER}`], [`wan_link_transmit_bytes_total{${SITE},${PRIMARY}}`, `0+10${FOREVER}`], [`wan_link_capacity_bytes_per_second{${SITE},${PRIMARY}}`, `200+0${FOREVER}`]],
    // Both directions together are no more than the link has in each.
    silent: [[`wan_link_receive_bytes_total{${SITE},${PRIMARY}}`, `0+850${FOREVER}`], [`wan_link_transmit_bytes_total{${SITE},${PRIMARY}}`, `0+850${FOREVER}`], [`wan_link_capacity_bytes_per_second{${SITE},${PRIMARY}}`, `200+0${FOREVER}`]],
    atSeconds: 700,
  },
  AdjacencyDown: {
    fires: [[`routing_adjacency_up{${SITE},link="s-primary",router="agg1",protocol="ospf2"}`, `0${FOREVER}`]],
    silent: [[`routing_adjacency_up{${SITE},link="s-primary",router="agg1",protocol="ospf2"}`, `1+0${FOREVER}`]],
    atSeconds: 30,
  },
  AdjacencyUnexpected: {
    fires: [[`routing_adjacency_unexpected{${CENTER},router="agg1"}`, `2+0${FOREVER}`]],
    silent: [[`routing_adjacency_unexpected{${CENTER},router="agg1"}`, `0${FOREVER}`]],
    atSeconds: 90,
  },
  RouterUnread: {
    fires: [[`wan_collector_success{${CENTER},router="agg1"}`, `0${FOREVER}`]],
    silent: [[`wan_collector_success{${CENTER},router="agg1"}`, `0 0 1+0${FOREVER}`]],
    atSeconds: 60,
  },
  HostDown: {
    fires: [[`up{job="node",${CENTER},host="mbox1"}`, `0${FOREVER}`]],
    silent: [[`up{job="node",${CENTER},host="mbox1"}`, `1+0${FOREVER}`], [`up{job="wan",${CENTER},host="mon1",service="wan"}`, `0${FOREVER}`]],
    atSeconds: 10,
  },
  ServiceDown: {
    fires: [[`node_systemd_unit_state{${CENTER},${unit},state="active"}`, `0${FOREVER}`]],
    silent: [[`node_systemd_unit_state{${CENTER},${unit},state="active"}`, `1+0${FOREVER}`], [`node_systemd_unit_state{${CENTER},${unit},state="failed"}`, `0${FOREVER}`]],
    atSeconds: 10,
  },
  ServiceRestarted: {
    fires: [[`node_systemd_service_restart_total{${CENTER},${unit}}`, `0x10 1+0${FOREVER}`]],
    silent: [[`node_systemd_service_restart_total{${CENTER},${unit}}`, `3+0${FOREVER}`]],
    atSeconds: 60,
  },
  ServiceUnreachable: {
    fires: [[`probe_success{${CENTER},${door}}`, `0${FOREVER}`]],
    silent: [[`probe_success{${CENTER},${door}}`, `0 1+0${FOREVER}`]],
    atSeconds: 20,
  },
  DiskFilling: {
    fires: [[`node_filesystem_avail_bytes{${CENTER},host="mbox1",mountpoint="/"}`, `5+0${FOREVER}`], [`node_filesystem_size_bytes{${CENTER},host="mbox1",mountpoint="/"}`, `100+0${FOREVER}`]],
    silent: [[`node_filesystem_avail_bytes{${CENTER},host="mbox1",mountpoint="/"}`, `50+0${FOREVER}`], [`node_filesystem_size_bytes{${CENTER},host="mbox1",mountpoint="/"}`, `100+0${FOREVER}`]],
    atSeconds: 400,
  },
  MailProbeFailing: {
    fires: [[`mail_probe_success{${SITE}}`, `0${FOREVER}`], [`mail_probe_success{${BODY}}`, `1+0${FOREVER}`]],
    silent: [[`mail_probe_success{${SITE}}`, `0 1+0${FOREVER}`], [`mail_probe_success{${BODY}}`, `1+0${FOREVER}`]],
    atSeconds: 60,
  },
  MailQueueOld: {
    fires: [[`mail_queue_oldest_age_seconds{${CENTER},host="mx1"}`, `890+5${FOREVER}`]],
    silent: [[`mail_queue_oldest_age_seconds{${CENTER},host="mx1"}`, `300+0${FOREVER}`]],
    atSeconds: 120,
  },
  VideoProbeFailing: {
    fires: [[`video_probe_success{${CENTER}}`, `0${FOREVER}`]],
    silent: [[`video_probe_success{${CENTER}}`, `0 1+0${FOREVER}`]],
    atSeconds: 30,
  },
  VideoLossHigh: {
    fires: [[`video_rtp_packets_total{${SITE}}`, `0+1000${FOREVER}`], [`video_rtp_packets_lost_total{${SITE}}`, `0+50${FOREVER}`]],
    silent: [[`video_rtp_packets_total{${SITE}}`, `0+1000${FOREVER}`], [`video_rtp_packets_lost_total{${SITE}}`, `0+5${FOREVER}`]],
    atSeconds: 180,
  },
  Watchdog: { fires: [["up", "1"]], silent: [], atSeconds: 10 },
  TargetDown: {
    fires: [[`up{job="wan",${CENTER},host="mon1",service="wan"}`, `0${FOREVER}`]],
    silent: [[`up{job="wan",${CENTER},host="mon1",service="wan"}`, `1+0${FOREVER}`], [`up{job="node",${CENTER},host="mbox1"}`, `0${FOREVER}`]],
    atSeconds: 30,
  },
  NotificationsFailing: {
    fires: [[`alertmanager_notifications_failed_total{${CENTER},host="mon1",service="alertmanager",integration="email"}`, `0+1${FOREVER}`]],
    silent: [[`alertmanager_notifications_failed_total{${CENTER},host="mon1",service="alertmanager",integration="email"}`, `7+0${FOREVER}`]],
    atSeconds: 400,
  },
  StackUpFailed: {
    fires: [[`stack_last_up_success{${CENTER},host="mon1",stack="mail.twin"}`, `0${FOREVER}`]],
    silent: [[`stack_last_up_success{${CENTER},host="mon1",stack="mail.twin"}`, `1+0${FOREVER}`]],
    atSeconds: 10,
  },
  CertificateExpiresNow: {
    fires: [[`probe_ssl_earliest_cert_expiry{${CENTER},${door}}`, `${2 * 86_400}+0${FOREVER}`]],
    silent: [[`probe_ssl_earliest_cert_expiry{${CENTER},${door}}`, `${10 * 86_400}+0${FOREVER}`]],
    atSeconds: 10,
  },
  CertificateExpiring: {
    fires: [[`probe_ssl_earliest_cert_expiry{${CENTER},${door}}`, `${10 * 86_400}+0${FOREVER}`]],
    silent: [[`probe_ssl_earliest_cert_expiry{${CENTER},${door}}`, `${30 * 86_400}+0${FOREVER}`]],
    atSeconds: 10,
  },
};
