/**
 * The labels that every measurement and every alert carries, so that inhibition can compare them: Alertmanager compares labels of
 * one name only, and so a label that does not apply has a value of its own instead of being absent.
 */
import type { Province } from "../../inventory/model.ts";

/** The value of a label that does not apply: no link, a body that belongs to no unit. */
export const NONE = "none";

export interface Place {
  readonly province: string;
  /** Slug of the unit whose site it is. */
  readonly district: string;
  readonly site: string;
}

export function placeOf(province: Province, site: string): Place {
  return { province: province.slug, district: province.sites.get(site)?.unit ?? NONE, site };
}

/** The data center's slug: where alerts stand that belong to no office. */
export function datacenterOf(province: Province): string {
  return [...province.sites.values()].find((site) => site.kind === "datacenter")!.slug;
}
