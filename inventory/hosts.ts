/** Hosts, with their loopbacks and every interface. */
import { ROUTER_ROLES, type Host, type Interface, type Link, type Segment, type Site } from "./model.ts";
import { addressesAt, cidrsAt, prefixesFor } from "./plan.ts";
import type { RawAddressing, RawHost } from "./raw.ts";
import { derive } from "./source.ts";

/** A server's only data interface. */
const SERVER_INTERFACE = "eth0";

/** A host with its interfaces: those of its own `links` in the order given, then LAN, access and segments. */
export function buildHost(
  raw: RawHost,
  sites: ReadonlyMap<string, Site>,
  segments: ReadonlyMap<string, Segment>,
  links: readonly Link[],
  addressing: RawAddressing,
): Host {
  const { segment: _segment, address: _address, ...host } = raw;
  const rank = raw.rank ?? 1;
  const loopback = ROUTER_ROLES.includes(raw.role) && addressesAt(prefixesFor(addressing, "loopbacks", raw), 0);
  const interfaces = [
    ...links.flatMap((link) => linkInterface(link, raw.name)),
    ...siteInterfaces(raw, sites.get(raw.site)!),
    ...[...segments.values()].flatMap((segment) => segmentInterface(segment, raw, rank)),
  ];
  return derive<Host>({ ...host, rank, ...(loopback && { loopback }), interfaces }, raw);
}

/**
 * A site router, or the edge of an external site, has the first address of its LAN; a site router that of its communes' access
 * LAN too. A server of an external site stands in its LAN.
 */
function siteInterfaces(raw: RawHost, site: Site): Interface[] {
  if (raw.role === "site-router" || raw.role === "state-edge") {
    const lan = site.lan && derive<Interface>({ name: "lan0", kind: "lan", ...cidrsAt(site.lan, 1) }, site);
    const access = site.access && derive<Interface>({ name: "access0", kind: "access", ...cidrsAt(site.access, 1) }, site);
    return [lan, access].filter((port) => port !== undefined);
  }
  if (site.kind !== "external" || site.lan === undefined) return [];
  return [derive<Interface>({ name: SERVER_INTERFACE, kind: "lan", gateway: addressesAt(site.lan, 1), ...cidrsAt(site.lan, raw.address!) }, raw)];
}

/** A firewall has a leg in every segment, above the gateway and by its rank; a server stands in one, at its own address. */
function segmentInterface({ name, prefixes, gateway, interface: leg }: Segment, raw: RawHost, rank: number): Interface[] {
  const port = (own: string, index: number, extra: Pick<Interface, "gateway"> = {}): Interface[] => [
    derive({ name: own, kind: "segment", segment: name, ...extra, ...cidrsAt(prefixes, index) }, raw),
  ];
  if (raw.role === "firewall") return port(leg, 1 + rank);
  return raw.segment === name ? port(SERVER_INTERFACE, raw.address!, { gateway }) : [];
}

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
