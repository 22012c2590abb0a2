/** Names that must be found in another place. */
import { FILES } from "../files.ts";
import type { Report } from "../problem.ts";
import type { ListName, PoolName, Raw } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";

/** What an entry of each list is called, and the file where it would be added. */
const TARGETS: Readonly<
  Record<ListName | "areas" | "lines" | "tiers", { readonly what: string; readonly file: (typeof FILES)[number] }>
> = {
  units: { what: "unit", file: "units" },
  bodies: { what: "body", file: "bodies" },
  sites: { what: "site", file: "sites" },
  hosts: { what: "host", file: "hosts" },
  links: { what: "link", file: "links" },
  carriers: { what: "carrier", file: "risks" },
  ducts: { what: "duct", file: "risks" },
  pops: { what: "POP", file: "risks" },
  powerFeeds: { what: "power feed", file: "risks" },
  segments: { what: "segment", file: "datacenter" },
  environments: { what: "environment", file: "environments" },
  areas: { what: "area", file: "routing" },
  lines: { what: "line", file: "funds" },
  tiers: { what: "tier", file: "province" },
};

const OVERRIDDEN: Readonly<Record<PoolName, ListName>> = {
  loopbacks: "hosts",
  links: "links",
  lans: "sites",
  access: "sites",
  datacenter: "segments",
};

export function checkReferences(raw: Raw, report: Report): void {
  const known: Readonly<Record<keyof typeof TARGETS, ReadonlySet<string> | undefined>> = {
    ...raw.names,
    areas: raw.routing && new Set(raw.routing.areas.map(({ name }) => name)),
    lines: raw.funds && new Set(raw.funds.groups.flatMap(({ lines }) => lines.map(({ id }) => id))),
    tiers: raw.province && new Set(raw.province.tiers.map(({ tier }) => String(tier))),
  };
  /** `holder[key]` stands for `name`, which must be one of the list's. */
  const follow = (list: keyof typeof TARGETS, name: string | number | undefined, holder: object, key: string): void => {
    const names = known[list];
    if (name === undefined || names === undefined || names.has(String(name))) return;
    const { what, file } = TARGETS[list];
    const near = closest(String(name), names);
    report.add(
      sourceOf(holder, key),
      `there is no ${what} "${name}"`,
      near === undefined ? `name one of ${file}.yaml, or add it there` : `did you mean "${near}"?`,
    );
  };
  const followAll = (list: keyof typeof TARGETS, names: readonly string[] | undefined): void => {
    names?.forEach((name, i) => follow(list, name, names, String(i)));
  };

  for (const unit of raw.units) follow("tiers", unit.tier, unit, "tier");
  for (const site of raw.sites) {
    follow("tiers", site.tier, site, "tier");
    follow("units", site.unit, site, "unit");
    follow("bodies", site.body, site, "body");
    follow("areas", site.area, site, "area");
    follow("powerFeeds", site.powerFeed, site, "powerFeed");
    follow("lines", site.funds, site, "funds");
  }
  for (const host of raw.hosts) {
    follow("sites", host.site, host, "site");
    follow("segments", host.segment, host, "segment");
    follow("lines", host.funds, host, "funds");
  }
  for (const link of raw.links) {
    followAll("hosts", link.ends);
    followAll("ducts", link.ducts);
    followAll("pops", link.pops);
    follow("carriers", link.carrier, link, "carrier");
    follow("areas", link.area, link, "area");
    follow("lines", link.funds, link, "funds");
  }
  for (const pilot of raw.pilots) follow("units", pilot.unit, pilot, "unit");
  for (const environment of raw.environments) {
    for (const host of Object.keys(environment.addresses ?? {})) follow("hosts", host, environment.addresses!, host);
  }
  for (const [pool, overrides] of Object.entries(raw.addressing?.overrides ?? {})) {
    for (const name of Object.keys(overrides)) follow(OVERRIDDEN[pool as PoolName], name, overrides, name);
  }
}
