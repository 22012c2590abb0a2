import type { BodyGroup } from "../model.ts";

/** Bit rates of one direction each, seen from the site: `up` leaves it, `down` comes to it. kbit/s, mean of the busiest hour. */
export interface Rates {
  readonly up: number;
  readonly down: number;
}

/** What one service asks of the links between a site and the data center. A site's demand is the sum of what its keys give. */
export interface ServiceDemand {
  readonly name: string;
  /** Only in these cases; absent: in all of them. */
  readonly cases?: readonly string[];
  readonly perPersonKbps?: Rates;
  /** Once a site, whatever its size: its meeting room, its backup. */
  readonly perSiteKbps?: Rates;
  /** Once a commune that comes in through the site. */
  readonly perCommuneKbps?: Rates;
}

/** How many people work where, and what the services ask of the links for them. */
export interface Demand {
  /** Alternatives, of which one holds at a time: meetings in 720p or in 1080p. */
  readonly cases: readonly string[];
  /** Share of a link's capacity that the demand may take, percent. */
  readonly limitPercent: number;
  readonly people: {
    /** Of a body, by its group. */
    readonly groups: Readonly<Partial<Record<BodyGroup, number>>>;
    /** Of a unit's office, by its tier. */
    readonly tiers: Readonly<Record<string, number>>;
    /** Of each commune that comes in through a site. */
    readonly commune: number;
    /** Of single sites, where they differ from the above. */
    readonly sites?: Readonly<Record<string, number>>;
  };
  readonly services: readonly ServiceDemand[];
}
