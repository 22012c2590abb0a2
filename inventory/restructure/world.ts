/** What the operations ask of an inventory that is being changed, and the small changes that they are made of. */
import { communeNumbers, generatedName, generatedSlug, highestCommuneNumber } from "../communes.ts";
import type { FileName } from "../files.ts";
import type { Conference, People, PoolName, Security } from "../model.ts";
import { InventoryErrors } from "../problem.ts";
import type { RawEnvironment, RawHost, RawLink, RawPilot, RawProvince, RawSite, RawUnit } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";
import type { Draft, Entry } from "./edit.ts";

/** Stops with one fault of the plan, at the key of the operation that has it. */
export function fault(holder: object, key: string | undefined, message: string, remedy: string): never {
  throw new InventoryErrors([{ ...sourceOf(holder, key), message, remedy }]);
}

/** A commune as units.yaml and communes.yaml say it. */
export type CommuneEntry = RawPilot & { readonly written: boolean };

export class World {
  readonly draft: Draft;

  constructor(draft: Draft) {
    this.draft = draft;
  }

  get units(): readonly RawUnit[] { return this.draft.entries("units", "units"); }
  get sites(): readonly RawSite[] { return this.draft.entries("sites", "sites"); }
  get hosts(): readonly RawHost[] { return this.draft.entries("hosts", "hosts"); }
  get links(): readonly RawLink[] { return this.draft.entries("links", "links"); }
  get pilots(): readonly RawPilot[] { return this.draft.entries("communes", "pilots"); }
  get tiers(): RawProvince["tiers"] { return this.draft.entries("province", "tiers"); }
  get zones(): Security["zones"] { return this.draft.entries("security", "zones"); }

  /** The unit of a slug that an operation names. */
  unit(slug: string, holder: object, key: string): RawUnit {
    const units = this.units;
    const unit = units.find((candidate) => candidate.slug === slug);
    if (unit !== undefined) return unit;
    const near = closest(slug, units.map((candidate) => candidate.slug));
    return fault(holder, key, `there is no unit "${slug}"`, near === undefined ? "name one that units.yaml has at this point of the plan" : `did you mean "${near}"?`);
  }

  /** The site where a unit's communes come in. */
  accessSite(unit: RawUnit): RawSite | undefined {
    return this.sites.find((site) => site.unit === unit.slug && site.access === true);
  }

  /** All communes of a unit, in the order of their numbers. */
  communesOf(unit: RawUnit): CommuneEntry[] {
    const written = new Map(this.pilots.filter((pilot) => pilot.unit === unit.slug).map((pilot) => [pilot.number, pilot]));
    return communeNumbers(unit).map((number) => {
      const pilot = written.get(number);
      return pilot === undefined
        ? { slug: generatedSlug(unit, number), name: generatedName(unit, number), unit: unit.slug, number, pilot: false, written: false }
        : { ...pilot, written: true };
    });
  }

  put(file: FileName, list: string, name: string, entry: object): void {
    this.draft.apply({ file, at: [list, name], put: entry as Entry });
  }

  remove(file: FileName, list: string, name: string): void {
    this.draft.apply({ file, at: [list], remove: name });
  }

  /** Writes communes under a unit and number; those that so far followed from a count get an entry, so that they keep their slugs. */
  writeCommunes(communes: readonly CommuneEntry[]): void {
    for (const { written, ...entry } of communes) {
      if (written) this.put("communes", "pilots", entry.slug, entry);
      else {
        const last = this.pilots.at(-1);
        this.draft.apply({ file: "communes", at: ["pilots"], add: entry as unknown as Entry, ...(last && { after: last.slug }) });
      }
    }
  }

  /** Lets communes of one unit come in at another's site, each with the next number that nobody there ever had. */
  moveCommunes(communes: readonly CommuneEntry[], from: RawUnit, to: RawUnit): void {
    const first = highestCommuneNumber(to) + 1;
    const retired = [...(from.retired ?? []), ...communes.map(({ number }) => number)].sort((a, b) => a - b);
    this.put("units", "units", from.slug, { ...from, communes: from.communes - communes.length, retired });
    this.put("units", "units", to.slug, { ...to, communes: to.communes + communes.length });
    this.writeCommunes(communes.map((commune, i) => ({ ...commune, unit: to.slug, number: first + i })));
  }

  /** Lets people and rooms of one unit belong to another. */
  reassignPeople(from: string, to: string): void {
    for (const person of this.draft.entries<People["people"][number]>("people", "people")) {
      if (person.unit === from) this.put("people", "people", person.login, { ...person, unit: to });
    }
    for (const room of this.draft.entries<Conference["rooms"][number]>("conference", "rooms")) {
      if (room.unit === from) this.put("conference", "rooms", room.slug, { ...room, unit: to });
    }
  }

  /** Takes a site away with its hosts, their links, and all that names them. */
  closeSite(site: RawSite): void {
    const hosts = new Set(this.hosts.filter((host) => host.site === site.slug).map(({ name }) => name));
    const links = this.links.filter(({ ends }) => ends.some((end) => hosts.has(end)));
    for (const { name } of links) this.#forget("links", "links", name, ["links"]);
    for (const name of hosts) {
      this.#forget("hosts", "hosts", name, ["loopbacks"]);
      for (const environment of this.draft.entries<RawEnvironment>("environments", "environments")) {
        if (environment.addresses?.[name] === undefined) continue;
        this.put("environments", "environments", environment.name, { ...environment, addresses: without(environment.addresses, name) });
      }
    }
    this.#forget("sites", "sites", site.slug, ["lans", "access"]);
  }

  /** Removes an entry and the addresses that addressing.yaml writes out for it. */
  #forget(file: FileName, list: string, name: string, pools: readonly PoolName[]): void {
    this.remove(file, list, name);
    for (const pool of pools) {
      const overrides = this.draft.at("addressing", "overrides", pool) as Record<string, unknown> | undefined;
      if (overrides?.[name] !== undefined) this.draft.apply({ file: "addressing", at: ["overrides", pool], put: without(overrides, name) });
    }
  }
}

function without(entries: Readonly<Record<string, unknown>>, key: string): Entry {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
}
