/** From checked entries to the model: references followed, defaults filled in, every address worked out. */
import path from "node:path";
import { allCommunes } from "./communes.ts";
import { buildEnvironment } from "./environments.ts";
import { deepFreeze, frozenMap } from "./freeze.ts";
import { buildHost } from "./hosts.ts";
import { buildLink } from "./links.ts";
import type { Link, Province, SharedRisk } from "./model.ts";
import { RISK_LISTS, type Raw } from "./raw.ts";
import { buildSegment, buildSite } from "./sites.ts";
import { derive } from "./source.ts";

/** Entries without a fault: every file is there and every check has passed. */
export type Sound = Raw & {
  readonly [K in "province" | "addressing" | "routing" | "services" | "funds" | "security" | "people" | "mail" | "conference" | "monitoring"]-?: NonNullable<Raw[K]>;
};

/** The model, frozen. `raw` must have passed all checks. */
export function buildProvince(raw: Sound): Province {
  const { addressing } = raw;
  const units = frozenMap(raw.units.map((unit) => [unit.slug, unit]));
  const sites = frozenMap(raw.sites.map((site) => [site.slug, buildSite(site, raw.province, units, addressing)]));
  const segments = frozenMap(raw.segments.map((segment) => [segment.name, buildSegment(segment, addressing)]));
  const links = frozenMap(
    raw.links.toSorted((a, b) => a.number - b.number).map((link) => [link.name, buildLink(link, raw, raw.routing, addressing)]),
  );
  // A province may have thousands of hosts: none looks through the links of all others.
  const linksAt = new Map<string, Link[]>(raw.hosts.map(({ name }) => [name, []]));
  for (const link of links.values()) for (const { host } of link.ends) linksAt.get(host)?.push(link);
  const hosts = frozenMap(raw.hosts.map((host) => [host.name, buildHost(host, sites, segments, linksAt.get(host.name) ?? [], addressing)]));
  const risks = (Object.keys(RISK_LISTS) as (keyof typeof RISK_LISTS)[]).flatMap((list) =>
    raw.risks[list].map((risk) => derive<SharedRisk>({ ...risk, kind: RISK_LISTS[list] }, risk)),
  );
  const { backupPenalty: _, ...ospf } = raw.routing.ospf;
  const { name, slug, code, timeZone, tiers } = raw.province;
  const province: Province = {
    directory: path.resolve(raw.directory),
    slug,
    code,
    name,
    timeZone,
    tiers,
    communesTotal: raw.province.communes,
    units,
    bodies: frozenMap(raw.bodies.map((body) => [body.slug, derive({ ...body, decision: body.decision ?? false }, body)])),
    sites,
    communes: frozenMap(allCommunes(raw.units, raw.pilots, [...sites.values()]).map((commune) => [commune.slug, commune])),
    segments,
    hosts,
    links,
    pools: addressing.pools,
    risks: frozenMap(risks.map((risk) => [risk.slug, risk])),
    routing: derive(
      {
        ...raw.routing,
        ospf: derive(ospf, raw.routing.ospf),
        bgp: derive({ ...raw.routing.bgp, announce: addressing.supernet }, raw.routing.bgp),
      },
      raw.routing,
    ),
    qos: raw.qos,
    services: raw.services,
    funds: raw.funds,
    roadmap: raw.roadmap,
    security: raw.security,
    certificates: frozenMap(raw.certificates.map((certificate) => [certificate.name, certificate])),
    people: raw.people,
    mail: raw.mail,
    conference: raw.conference,
    monitoring: raw.monitoring,
    environments: frozenMap(
      raw.environments.map((environment) => [environment.name, buildEnvironment(environment, raw.directory)]),
    ),
    ...(raw.demand !== undefined && { demand: raw.demand }),
    waivers: raw.waivers,
  };
  return deepFreeze(derive(province, raw.province));
}
