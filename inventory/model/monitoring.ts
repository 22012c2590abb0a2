export interface Monitoring {
  /** How often every exporter is asked and every rule looked at, seconds. */
  readonly scrapeSeconds: number;
  readonly retentionDays: number;
  /** Address below the mail domain that alerts go to. */
  readonly alertsTo: string;
}
