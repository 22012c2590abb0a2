/** From checked entries to the model: references followed, defaults filled in, every address worked out. */
import { homedir } from "node:os";
import path from "node:path";
import { cidrsAt, addressesAt, prefixesFor } from "./plan.ts";
import { allCommunes } from "./communes.ts";
import { deepFreeze, frozenMap } from "./freeze.ts";
import { linkArea, linkCost, interfaceName } from "./links.ts";
import {
  ROUTER_ROLES,
  type Environment,
  type Host,
  type Interface,
  type Link,
  type LinkEnd,
  type Prefixes,
  type Province,
  type Segment,
  type SharedRisk,
  type Site,
  type Unit,
} from "./model.ts";
import {
  RISK_LISTS,
  type Raw,
  type RawAddressing,
  type RawEnvironment,
  type RawHost,
  type RawLink,
  type RawProvince,
  type RawRouting,
  type RawSite,
} from "./raw.ts";
import { derive } from "./source.ts";

/** Entries without a fault: every file is there and every check has passed. */
export type Sound = Raw & {
  readonly [K in "province" | "addressing" | "routing" | "services" | "funds"]-?: NonNullable<Raw[K]>;
};

/** The model, frozen. `raw` must have passed all checks. */
export function buildProvince(raw: Sound): Province {
  const { addressing } = raw;
  const units = frozenMap(raw.units.map((unit) => [unit.slug, derive<Unit>({ ...unit }, unit)]));
  const sites = frozenMap(raw.sites.map((site) => [site.slug, buildSite(site, raw.province, units, addressing)]));
  const segments = frozenMap(
    raw.segments
      .map(({ name, number, purpose, ...rest }): [string, Segment] => {
        const prefixes = prefixesFor(addressing, "datacenter", { name, number });
        return [name, { name, number, purpose, interface: rest.interface, prefixes, gateway: addressesAt(prefixes, 1) }];
      })
      .map(([name, segment], i) => [name, derive(segment, raw.segments[i]!)]),
  );
  const links = frozenMap(
    raw.links.toSorted((a, b) => a.number - b.number).map((link) => [link.name, buildLink(link, raw, raw.routing, addressing)]),
  );
  const hosts = frozenMap(raw.hosts.map((host) => [host.name, buildHost(host, sites, segments, links, addressing)]));
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
    environments: frozenMap(
      raw.environments.map((environment) => [
        environment.name,
        derive<Environment>(
          {
            ...environment,
            addresses: environment.addresses ?? {},
            ssh: buildSsh(environment.ssh, raw.directory),
          },
          environment,
        ),
      ]),
    ),
  };
  return deepFreeze(derive(province, raw.province));
}

/** How to log in, with absolute paths: `~/` is the home folder, other relative paths start at the inventory's folder. */
function buildSsh(raw: RawEnvironment["ssh"], directory: string): Environment["ssh"] {
  const absolute = (file: string): string =>
    file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : path.resolve(directory, file);
  return derive(
    {
      user: raw.user,
      port: raw.port ?? 22,
      ...(raw.identityFile !== undefined && { identityFile: absolute(raw.identityFile) }),
      ...(raw.knownHostsFile !== undefined && { knownHostsFile: absolute(raw.knownHostsFile) }),
    },
    raw,
  );
}

function buildSite(raw: RawSite, province: RawProvince, units: ReadonlyMap<string, Unit>, addressing: RawAddressing): Site {
  const { access, ...site } = raw;
  const unit = raw.unit === undefined ? undefined : units.get(raw.unit);
  const entry = { name: raw.slug, number: raw.number };
  return derive<Site>(
    {
      ...site,
      tier: raw.tier ?? unit?.tier ?? Math.min(...province.tiers.map(({ tier }) => tier)),
      lat: raw.lat ?? unit!.lat,
      lon: raw.lon ?? unit!.lon,
      ...(raw.kind === "office" && { lan: prefixesFor(addressing, "lans", entry) }),
      ...(access === true && { access: prefixesFor(addressing, "access", entry) }),
    },
    raw,
  );
}

function buildLink(raw: RawLink, { sites, hosts }: Raw, routing: RawRouting, addressing: RawAddressing): Link {
  const prefixes = prefixesFor(addressing, "links", raw);
  const end = (index: 0 | 1): LinkEnd =>
    derive(
      { host: raw.ends[index], interface: interfaceName(raw, raw.ends[index]), ...cidrsAt(prefixes, index) },
      raw.ends,
      String(index),
    );
  const { interfaces: _, ...rest } = raw;
  const area = linkArea(raw, hosts, sites, routing);
  return derive<Link>(
    {
      ...rest,
      ends: derive([end(0), end(1)] as const, raw, "ends"),
      ducts: raw.ducts ?? [],
      pops: raw.pops ?? [],
      prefixes,
      ...(area !== undefined && { area }),
      cost: linkCost(raw, routing),
    },
    raw,
  );
}

function buildHost(
  raw: RawHost,
  sites: ReadonlyMap<string, Site>,
  segments: ReadonlyMap<string, Segment>,
  links: ReadonlyMap<string, Link>,
  addressing: RawAddressing,
): Host {
  const { segment, address, ...host } = raw;
  const rank = raw.rank ?? 1;
  const isRouter = ROUTER_ROLES.includes(raw.role);
  const interfaces: Interface[] = [...links.values()].flatMap((link) => linkInterface(link, raw.name));
  const site = sites.get(raw.site)!;
  const onSubnet = (
    prefixes: Prefixes,
    index: number,
    rest: Pick<Interface, "name" | "kind" | "segment">,
    origin: object,
  ): Interface => derive({ ...rest, ...cidrsAt(prefixes, index) }, origin);
  if (raw.role === "site-router" && site.lan !== undefined) {
    interfaces.push(onSubnet(site.lan, 1, { name: "lan0", kind: "lan" }, site));
  }
  if (raw.role === "site-router" && site.access !== undefined) {
    interfaces.push(onSubnet(site.access, 1, { name: "access0", kind: "access" }, site));
  }
  for (const leg of segments.values()) {
    if (raw.role === "firewall") {
      interfaces.push(onSubnet(leg.prefixes, 1 + rank, { name: leg.interface, kind: "segment", segment: leg.name }, leg));
    } else if (segment === leg.name) {
      interfaces.push(onSubnet(leg.prefixes, address!, { name: SERVER_INTERFACE, kind: "segment", segment }, raw));
    }
  }
  const loopback = isRouter && addressesAt(prefixesFor(addressing, "loopbacks", raw), 0);
  return derive<Host>({ ...host, rank, ...(loopback && { loopback }), interfaces }, raw);
}

/** A server's only data interface. */
const SERVER_INTERFACE = "eth0";

function linkInterface(link: Link, host: string): Interface[] {
  const index = link.ends.findIndex((end) => end.host === host);
  if (index === -1) return [];
  const own = link.ends[index]!;
  const far = link.ends[1 - index]!;
  return [
    derive(
      {
        name: own.interface,
        kind: "link",
        ipv4: own.ipv4,
        ipv6: own.ipv6,
        link: link.name,
        peer: { host: far.host, interface: far.interface },
      },
      own,
    ),
  ];
}
