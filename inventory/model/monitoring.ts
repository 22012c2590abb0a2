/** Name in certificates.yaml of the certificate that Prometheus and Alertmanager show. */
export const MONITORING_CERTIFICATE = "monitoring";

export interface Monitoring {
  /** How often every exporter is asked and every rule looked at, seconds. */
  readonly scrapeSeconds: number;
  readonly retentionDays: number;
  /** Login of the person or group that alerts are mailed to. */
  readonly alertsTo: string;
}
