/**
 * A finding of an audit that is known and borne: it counts as waived, not as failed, up to and including a day. On the day after, it
 * fails again.
 */
export interface Waiver {
  /** The check's id, such as `resilience.diversity`. */
  readonly check: string;
  /** What the check judges: the name of a site, link, host … as the finding writes it. */
  readonly subject: string;
  /** The last day on which it holds, YYYY-MM-DD, in the province's time zone. */
  readonly until: string;
  /** Why it is borne, and what ends it. */
  readonly reason: string;
}
