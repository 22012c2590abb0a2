/** Places and the data center's segments, with the subnets that the plan gives them. */
import type { Segment, Site, Unit } from "./model.ts";
import { addressesAt, prefixesFor } from "./plan.ts";
import type { RawAddressing, RawProvince, RawSegment, RawSite } from "./raw.ts";
import { derive } from "./source.ts";

/** A site at its own place or its unit's, with the LANs that its kind has. */
export function buildSite(
  raw: RawSite,
  province: RawProvince,
  units: ReadonlyMap<string, Unit>,
  addressing: RawAddressing,
): Site {
  const { access, lan, ...site } = raw;
  const unit = raw.unit === undefined ? undefined : units.get(raw.unit);
  const entry = { name: raw.slug, number: raw.number };
  return derive<Site>(
    {
      ...site,
      tier: raw.tier ?? unit?.tier ?? Math.min(...province.tiers.map(({ tier }) => tier)),
      lat: raw.lat ?? unit!.lat,
      lon: raw.lon ?? unit!.lon,
      ...(raw.kind === "office" && { lan: prefixesFor(addressing, "lans", entry) }),
      ...(raw.kind === "external" && lan !== undefined && { lan }),
      ...(access === true && { access: prefixesFor(addressing, "access", entry) }),
    },
    raw,
  );
}

/** A segment, with the gateway at its first address. */
export function buildSegment(raw: RawSegment, addressing: RawAddressing): Segment {
  const prefixes = prefixesFor(addressing, "datacenter", raw);
  return derive<Segment>({ ...raw, prefixes, gateway: addressesAt(prefixes, 1) }, raw);
}
