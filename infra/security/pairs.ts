/** For routers that see one direction only: which zones speak with each other at all, whoever begins. */
import { last, prefixOf } from "../../inventory/address.ts";
import type { Province } from "../../inventory/model.ts";
import { passages, passagesOf } from "./matrix.ts";
import { type Family, type Place, type PlacedRange, formatRange, placesOf } from "./places.ts";

const TYPE = { ipv4: "ipv4_addr", ipv6: "ipv6_addr" } as const;

/** Sets `pairs4` and `pairs6`: the source's place and the destination's address. */
export function pairSets(province: Province): string[] {
  const { all, ranges, outside } = placesOf(province);
  const joined = joinedZones(province);
  return (["ipv4", "ipv6"] as const).flatMap((family) => {
    const zones = byZone(ranges[family]);
    const elements = [...zones, ...outsideRanges(family, zones, outside)].flatMap((range) =>
      spans(all.filter((place) => joined.has(`${place.zone} ${range.place.zone}`)), all).map((span) => `${span} . ${formatRange(family, range)}`));
    return [`set pairs${family === "ipv4" ? "4" : "6"} {`, `\ttype mark . ${TYPE[family]}; flags interval`, "\telements = {", ...elements.map((one) => `\t\t${one},`), "\t}", "}"];
  });
}

/** Both directions of every pair between which something passes; exceptions count whether they hold or not, since a gate asks anew. */
function joinedZones(province: Province): Set<string> {
  const exceptions = province.security.policy.filter((rule) => rule.exception === true && rule.action === "accept");
  const all = [...passages(province), ...exceptions.flatMap((rule) => passagesOf(province, rule))];
  return new Set(all.flatMap(({ from, to }) => [`${from.zone} ${to.zone}`, `${to.zone} ${from.zone}`]));
}

/** Ranges of one zone that touch, as one. */
function byZone(ranges: readonly PlacedRange[]): PlacedRange[] {
  const merged: PlacedRange[] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before !== undefined && before.place.zone === range.place.zone && before.last + 1n === range.first) merged[merged.length - 1] = { ...before, last: range.last };
    else merged.push(range);
  }
  return merged;
}

/** All that lies between the ranges. */
function outsideRanges(family: Family, ranges: readonly PlacedRange[], outside: Place): PlacedRange[] {
  const end = last(prefixOf(family === "ipv4" ? "0.0.0.0/0" : "::/0"));
  const gaps = [...ranges, { first: end + 1n, last: end + 1n }].map((range, i) => ({ first: i === 0 ? 0n : ranges[i - 1]!.last + 1n, last: range.first - 1n, place: outside }));
  return gaps.filter((gap) => gap.first <= gap.last);
}

/** Places that follow each other as ranges of their ids. */
function spans(places: readonly Place[], all: readonly Place[]): string[] {
  const runs: [number, number][] = [];
  for (const place of places) {
    const before = runs.at(-1);
    if (before !== undefined && all.findIndex(({ id }) => id === before[1]) + 1 === all.indexOf(place)) before[1] = place.id;
    else runs.push([place.id, place.id]);
  }
  return runs.map(([first, end]) => (first === end ? `${first}` : `${first}-${end}`));
}
