/**
 * The operations of a plan as steps: what is new comes first, then the communes move, then what nobody needs any more goes
 * (make before break). After each step the files are a whole inventory.
 */
import type { RawSite, RawUnit } from "../raw.ts";
import { closest } from "../schema.ts";
import type { Abolish, Merge, Move, Operation } from "./plan.ts";
import { fault, type CommuneEntry, type World } from "./world.ts";

/** One step, after its edits have been made. The slug names it within the plan. */
export interface StepName {
  readonly slug: string;
  readonly title: string;
}

/** Makes an operation's edits; yields after each step. Throws InventoryErrors for what the operation names and is not there. */
export function* perform(world: World, { merge, abolish, move }: Operation): Generator<StepName, void> {
  if (merge !== undefined) yield* performMerge(world, merge);
  if (abolish !== undefined) yield* performAbolish(world, abolish);
  if (move !== undefined) yield* performMove(world, move);
}

function* performMove(world: World, move: Move): Generator<StepName, void> {
  const target = targetOf(world, move);
  yield* openAccess(world, target, move, "to");
  const wanted = new Map(move.communes.map((slug, i) => [slug, i]));
  const found: { readonly from: string; readonly communes: readonly CommuneEntry[] }[] = [];
  for (const unit of world.units) {
    const communes = world.communesOf(unit).filter(({ slug }) => wanted.has(slug));
    for (const { slug } of communes) {
      if (unit.slug === target) fault(move.communes, String(wanted.get(slug)), `commune "${slug}" belongs to "${target}" already`, "leave it out");
      wanted.delete(slug);
    }
    if (communes.length > 0) found.push({ from: unit.slug, communes });
  }
  for (const [slug, i] of wanted) {
    const near = closest(slug, world.units.flatMap((unit) => world.communesOf(unit)).map((commune) => commune.slug));
    fault(move.communes, String(i), `there is no commune "${slug}"`, near === undefined ? "name one of communes.yaml, or one that follows from a unit's count, such as vinh-07" : `did you mean "${near}"?`);
  }
  for (const { from, communes } of found) yield moveStep(world, communes, world.unit(from, move, "communes"), world.unit(target, move, "to"));
}

/** The unit that takes communes in: named itself, or by its site. */
function targetOf(world: World, move: Move): string {
  if (world.units.some(({ slug }) => slug === move.to)) return move.to;
  const site = world.sites.find(({ slug }) => slug === move.to);
  if (site === undefined) {
    const near = closest(move.to, [...world.units, ...world.sites].map(({ slug }) => slug));
    return fault(move, "to", `there is no unit and no site "${move.to}"`, near === undefined ? "name one that the inventory has at this point of the plan" : `did you mean "${near}"?`);
  }
  if (site.unit === undefined) return fault(move, "to", `site "${move.to}" cannot take in communes`, "name a site that belongs to a unit");
  const unit = world.unit(site.unit, move, "to");
  const access = world.accessSite(unit);
  if (access !== undefined && access.slug !== site.slug) {
    return fault(move, "to", `the communes of unit "${unit.slug}" come in at "${access.slug}", not at "${site.slug}"`, `write to: ${unit.slug}`);
  }
  return unit.slug;
}

/** Before communes move to a unit, one of its offices takes them in. */
function* openAccess(world: World, slug: string, holder: object, key: string): Generator<StepName, void> {
  const unit = world.unit(slug, holder, key);
  if (world.accessSite(unit) !== undefined) return;
  const [office] = world.sites.filter((site) => site.unit === slug && site.kind === "office");
  if (office === undefined) fault(holder, key, `unit "${slug}" has no office where communes could come in`, "add one to sites.yaml first, with its router and links");
  world.put("sites", "sites", office.slug, { ...office, access: true });
  yield { slug: `${office.slug}-opens`, title: `site ${office.slug} opens for communes` };
}

function moveStep(world: World, communes: readonly CommuneEntry[], from: RawUnit, to: RawUnit): StepName {
  world.moveCommunes(communes, from, to);
  const site = world.accessSite(to)!.slug;
  const count = communes.length === 1 ? `commune ${communes[0]!.slug}` : `${communes.length} communes`;
  return { slug: `${from.slug}-to-${to.slug}`, title: `${count} of ${from.slug} ${communes.length === 1 ? "comes" : "come"} in at site ${site}` };
}

function* performMerge(world: World, merge: Merge): Generator<StepName, void> {
  const isNew = !merge.units.includes(merge.into);
  merge.units.forEach((slug, i) => world.unit(slug, merge.units, String(i)));
  if (isNew) checkNewUnit(world, merge);
  else if (merge.seat !== undefined && merge.seat !== merge.into) {
    fault(merge, "seat", `the seat of "${merge.into}" is its own office, not that of "${merge.seat}"`, `remove it, or write into: ${merge.seat}`);
  }
  const survivor = isNew ? merge.seat! : merge.into;
  const others = merge.units.filter((slug) => slug !== survivor);
  const tier = world.unit(survivor, merge, "into").tier;
  others.forEach((slug) => {
    const other = world.unit(slug, merge, "units");
    if (other.tier !== tier) fault(merge.units, String(merge.units.indexOf(slug)), `"${slug}" is of tier ${other.tier} and "${survivor}" of tier ${tier}`, "merge units of one tier");
  });
  yield* openAccess(world, survivor, merge, "into");
  for (const other of others) yield* dissolve(world, other, survivor, merge.offices ?? "keep", merge);
  yield* rename(world, survivor, merge);
}

function checkNewUnit(world: World, merge: Merge): void {
  if (world.units.some(({ slug }) => slug === merge.into)) {
    fault(merge, "into", `"${merge.into}" is another unit already`, `add it to units, or choose a slug of its own`);
  }
  for (const key of ["code", "type", "name", "seat"] as const) {
    if (merge[key] === undefined) fault(merge, undefined, `the new unit "${merge.into}" has no ${key}`, `add the key "${key}", or merge into one of ${merge.units.join(", ")}`);
  }
  if (!merge.units.includes(merge.seat!)) fault(merge, "seat", `"${merge.seat!}" is not among the units that are merged`, `name one of ${merge.units.join(", ")}`);
}

/** A unit ends in another: its communes move, then its people, rooms and offices are the other's, then the offices close if they shall. */
function* dissolve(world: World, slug: string, into: string, offices: "keep" | "close", holder: object): Generator<StepName, void> {
  const unit = world.unit(slug, holder, "units");
  const communes = world.communesOf(unit);
  if (communes.length > 0) yield moveStep(world, communes, unit, world.unit(into, holder, "into"));
  const sites = world.sites.filter((site) => site.unit === slug);
  for (const site of sites) {
    const { access: _, ...rest } = site;
    world.put("sites", "sites", site.slug, placed({ ...rest, unit: into }, unit));
  }
  world.reassignPeople(slug, into);
  world.remove("units", "units", slug);
  yield { slug: `${slug}-ends`, title: `unit ${slug} ends; its people, rooms and offices are ${into}'s` };
  if (offices === "keep") return;
  for (const { slug: name } of sites) {
    world.closeSite(world.sites.find((site) => site.slug === name)!);
    yield { slug: `${name}-closes`, title: `site ${name} closes` };
  }
}

/** A site that stood where its unit does still stands there when it belongs to another. */
function placed(site: RawSite, unit: RawUnit): RawSite {
  return { ...site, lat: site.lat ?? unit.lat, lon: site.lon ?? unit.lon };
}

/** Gives the merged unit the code, kind, names and slug that the plan wants. */
function* rename(world: World, survivor: string, merge: Merge): Generator<StepName, void> {
  const unit = world.unit(survivor, merge, "into");
  const { into, code = unit.code, type = unit.type, name = unit.name, officeName } = merge;
  const office = world.accessSite(unit);
  const communes = world.communesOf(unit);
  if (into !== unit.slug) {
    // The slug of what follows from a count comes from the unit: written down, it stays.
    world.writeCommunes(communes.map((commune) => ({ ...commune, unit: into })));
  }
  world.put("units", "units", survivor, { ...unit, code, slug: into, type, name });
  for (const site of world.sites.filter((candidate) => candidate.unit === survivor)) {
    world.put("sites", "sites", site.slug, { ...site, unit: into, name: site.slug === office?.slug ? fill(officeName, name, site) : site.name });
  }
  if (into !== survivor) world.reassignPeople(survivor, into);
  if (into !== unit.slug || code !== unit.code || type !== unit.type || name !== unit.name || officeName !== undefined) {
    yield { slug: `${into}-named`, title: `the merged unit is ${into}: ${type} ${name}` };
  }
}

function fill(template: string | undefined, name: string, site: RawSite): string {
  return template?.replaceAll("{name}", () => name) ?? site.name;
}

function* performAbolish(world: World, abolish: Abolish): Generator<StepName, void> {
  const numbers = world.tiers.map(({ tier }) => tier).toSorted((a, b) => a - b);
  const { tier } = abolish;
  const position = numbers.indexOf(tier);
  if (position === -1) fault(abolish, "tier", `there is no tier ${tier}`, `the province has the tiers ${numbers.join(", ")}`);
  if (position === 0) fault(abolish, "tier", `tier ${tier} is the highest`, "there is none above that could take over its offices");
  if (position === numbers.length - 1) fault(abolish, "tier", `tier ${tier} is the lowest`, "its units are the communes; move them instead");
  const close = abolish.close ?? [];
  for (const entry of close) {
    for (const key of ["unit", "to"] as const) {
      if (world.unit(entry[key], entry, key).tier !== tier) fault(entry, key, `unit "${entry[key]}" is not of tier ${tier}`, "name one that is");
    }
    if (close.some(({ unit }) => unit === entry.to)) fault(entry, "to", `unit "${entry.to}" closes itself`, "name one that goes on");
  }
  for (const { to } of close) yield* openAccess(world, to, abolish, "close");
  for (const entry of close) yield* dissolve(world, entry.unit, entry.to, "close", abolish);
  endTier(world, abolish, numbers[position - 1]!);
  yield { slug: `tier-${tier}-ends`, title: `tier ${tier} ends; its units are regions of tier ${numbers[position - 1]!}: ${abolish.type}` };
}

/** What was of the tier is of the one above, as a region with its office; what was below moves up by one. */
function endTier(world: World, { tier, type, officeName, tiers: names = [] }: Abolish, above: number): void {
  const moved = (old: number): number => (old === tier ? above : old > tier ? old - 1 : old);
  const regions = new Map(world.units.filter((unit) => unit.tier === tier).map((unit) => [unit.slug, unit]));
  world.remove("province", "tiers", String(tier));
  for (const entry of world.tiers.toSorted((a, b) => a.tier - b.tier)) {
    const number = moved(entry.tier);
    world.put("province", "tiers", String(entry.tier), { ...entry, tier: number, name: names.find((one) => one.tier === number)?.name ?? entry.name });
  }
  for (const named of names) {
    if (!world.tiers.some((entry) => entry.tier === named.tier)) fault(named, "tier", `there is no tier ${named.tier} afterwards`, `there are ${world.tiers.map((entry) => entry.tier).join(", ")}`);
  }
  for (const unit of world.units) {
    world.put("units", "units", unit.slug, { ...unit, tier: moved(unit.tier), type: regions.has(unit.slug) ? type : unit.type });
  }
  for (const site of world.sites) {
    const region = site.unit === undefined ? undefined : regions.get(site.unit);
    const name = region === undefined || site.access !== true ? site.name : fill(officeName, region.name, site);
    world.put("sites", "sites", site.slug, { ...site, ...(site.tier !== undefined && { tier: moved(site.tier) }), name });
  }
  for (const zone of world.zones) {
    if (zone.tiers !== undefined) world.put("security", "zones", zone.name, { ...zone, tiers: [...new Set(zone.tiers.map(moved))] });
  }
}
