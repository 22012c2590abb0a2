/** What an alert is, before it becomes Prometheus's YAML. */

export const AREAS = ["network", "hosts", "mail", "conference", "system"] as const;
export type Area = (typeof AREAS)[number];

/**
 * What an alert is about, from the whole to its parts: an alert about a whole inhibits those about its parts. `quality` is of a
 * link, `probe` of a service's door.
 */
export type Scope = "core" | "hub" | "site" | "power" | "link" | "quality" | "adjacency" | "host" | "service" | "probe" | "mail" | "video" | "system";

/** Who is told: a page wakes somebody, a ticket waits for the morning, `none` is for programs. */
export type Severity = "page" | "ticket" | "none";

export interface Alert {
  readonly name: string;
  readonly area: Area;
  readonly scope: Scope;
  readonly severity: Severity;
  /** PromQL. Its result, with `labels`, has province, district, site and link. */
  readonly expression: string;
  /** Labels that the expression's result has not. */
  readonly labels: Readonly<Record<string, string>>;
  readonly forSeconds?: number;
  readonly keepFiringSeconds?: number;
  /** One line each; `{{ $labels.site }}` and the like stand for the alert's labels. */
  readonly summary: { readonly en: string; readonly vi: string };
}

/** The file that says what to do, from the project's folder. */
export function runbookOf({ area, name }: Pick<Alert, "area" | "name">): string {
  return `monitoring/runbooks/${area}/${name}.md`;
}
