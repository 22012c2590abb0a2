/** Sites: where they are, whom they serve and that an office has its router. */
import { contains, prefixOf } from "../address.ts";
import type { Prefixes } from "../model.ts";
import { FAMILIES } from "../plan.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawHost, RawSite } from "../raw.ts";
import { sourceOf } from "../source.ts";

/** Vietnam's mainland and islands, degrees (WGS 84). */
const VIETNAM = { lat: [8, 24], lon: [102, 110] } as const;

export function checkSites(raw: Raw, report: Report): void {
  for (const place of [...raw.units, ...raw.sites]) {
    for (const key of ["lat", "lon"] as const) {
      const value = place[key];
      const [low, high] = VIETNAM[key];
      if (value === undefined || (value >= low && value <= high)) continue;
      report.add(
        sourceOf(place, key),
        `"${key}" is ${value}, which is outside Vietnam`,
        `it must be between ${low} and ${high} degrees`,
      );
    }
  }
  const routersAt = Map.groupBy(raw.hosts.filter(({ role }) => role === "site-router"), ({ site }) => site);
  for (const site of raw.sites) {
    if (site.unit === undefined && (site.lat === undefined || site.lon === undefined)) {
      report.add(sourceOf(site), `site "${site.slug}" has no place`, "add lat and lon, or the unit whose place it has");
    }
    if (site.kind === "office") checkOffice(raw, report, site, routersAt.get(site.slug) ?? []);
    if (site.lan !== undefined) checkForeignLan(raw, report, site, site.lan);
    if (site.access === true && (site.kind !== "office" || site.unit === undefined)) {
      report.add(
        sourceOf(site, "access"),
        `site "${site.slug}" cannot take in communes`,
        "only an office with a unit can; remove access",
      );
    }
  }
  checkAccess(raw, report);
}

function checkOffice(raw: Raw, report: Report, site: RawSite, routers: readonly RawHost[]): void {
  if (site.area === undefined)
    report.add(sourceOf(site), `office "${site.slug}" has no area`, "add the area of routing.yaml for its uplinks");
  if (routers.length === 0 && raw.whole.has("hosts")) {
    report.add(
      sourceOf(site),
      `office "${site.slug}" has no router`,
      `add a host of role site-router with site: ${site.slug} to hosts.yaml`,
    );
  }
  for (const router of routers.slice(1)) {
    report.add(
      sourceOf(router),
      `office "${site.slug}" has a second router "${router.name}"`,
      "keep one: it has the LAN's first address",
    );
  }
}

/** Only networks of others are written out; they lie in the state network, never in the province's own plan. */
function checkForeignLan(raw: Raw, report: Report, site: RawSite, lan: Prefixes): void {
  if (site.kind !== "external") {
    report.add(sourceOf(site, "lan"), `site "${site.slug}" has a lan of its own`, "remove it: its number gives its LAN");
    return;
  }
  const network = raw.routing?.bgp.stateNetwork;
  for (const family of FAMILIES) {
    if (network === undefined || contains(prefixOf(network[family]), prefixOf(lan[family]))) continue;
    report.add(sourceOf(lan, family), `the lan ${lan[family]} of site "${site.slug}" lies outside the state network ${network[family]}`, "choose one inside");
  }
}

/** The communes of a unit come in at exactly one of its sites. */
function checkAccess(raw: Raw, report: Report): void {
  if (!raw.whole.has("sites")) return;
  const entriesOf = Map.groupBy(raw.sites.filter(({ access }) => access === true), ({ unit }) => unit);
  for (const unit of raw.units) {
    const entries = entriesOf.get(unit.slug) ?? [];
    if (entries.length === 0 && unit.communes > 0) {
      report.add(
        sourceOf(unit),
        `the ${unit.communes} communes of unit "${unit.slug}" come in nowhere`,
        `add access: true to an office with unit: ${unit.slug}`,
      );
    }
    for (const site of entries.slice(1)) {
      report.add(
        sourceOf(site, "access"),
        `the communes of unit "${unit.slug}" come in at "${entries[0]!.slug}" already`,
        "keep access at one of its sites",
      );
    }
  }
}
