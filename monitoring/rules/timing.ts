/** How soon an alert is seen, and what has to wait for what. All in seconds. */
import type { Province } from "../../inventory/model.ts";

export interface Timing {
  /** How often rules are looked at. */
  readonly evaluationSeconds: number;
  /** How long a page waits for alerts that inhibit it: longer than an evaluation, so that a parent has been told by then. */
  readonly pageWaitSeconds: number;
  /** The same for a ticket: a site's links are found dead in up to two scrapes, and its page needs as long as both. */
  readonly ticketWaitSeconds: number;
  /** How long a link must be down for a ticket. */
  readonly linkForSeconds: number;
  /**
   * How long a parent goes on when its cause is over, so that its children are over before it: otherwise the recovery would
   * announce children that nobody was told of. Adjacencies come back last: OSPF's dead time, and two readings.
   */
  readonly keepFiringSeconds: number;
}

export function timing({ monitoring: { scrapeSeconds }, routing: { ospf } }: Province): Timing {
  const evaluationSeconds = Math.min(2, scrapeSeconds);
  return {
    evaluationSeconds,
    pageWaitSeconds: evaluationSeconds + 1,
    ticketWaitSeconds: 2 * scrapeSeconds + 10,
    linkForSeconds: 2 * scrapeSeconds,
    keepFiringSeconds: ospf.deadSeconds + 4 * scrapeSeconds,
  };
}
