/** From the files' data to typed entries: everything that fits its schema, and the names of what does not. */
import { FILES, parseFiles, readFiles, type Contents, type FileName, type Parsed, type Texts } from "./files.ts";
import type { Report } from "./problem.ts";
import type { Raw } from "./raw.ts";
import { validate } from "./schema.ts";

/** Reads a province's folder. Misfits go to the report. Throws a Failure when the folder cannot be read. */
export function readInventory(directory: string, report: Report): { readonly contents: Contents; readonly raw: Raw } {
  return readTexts(directory, readFiles(directory, report), report);
}

/** Like `readInventory`, from texts that need not be on a disk. */
export function readTexts(directory: string, texts: Texts, report: Report, parsed?: Parsed): { readonly contents: Contents; readonly raw: Raw } {
  const contents = parseFiles(directory, texts, report, parsed);
  const misfits = new Map<FileName, Misfits>();
  for (const [name, data] of Object.entries(contents) as [FileName, unknown][]) {
    if (isObject(data)) misfits.set(name, validate(name, data, report));
  }
  return { contents, raw: rawOf(directory, contents, misfits) };
}

/** The entries of contents that are known to fit their schemas. */
export function soundEntries(directory: string, contents: Contents): Raw {
  return rawOf(directory, contents, new Map(FILES.map((name) => [name, []])));
}

/** Per misfit, the keys from the file's top to it. */
type Misfits = readonly (readonly string[])[];

function rawOf(directory: string, contents: Contents, misfits: ReadonlyMap<FileName, Misfits>): Raw {
  const reader = new Reader(contents, misfits);
  return {
    directory,
    province: reader.whole("province"),
    units: reader.list("units", "units"),
    bodies: reader.list("bodies", "bodies"),
    sites: reader.list("sites", "sites"),
    hosts: reader.list("hosts", "hosts"),
    links: reader.list("links", "links"),
    risks: {
      carriers: reader.list("risks", "carriers"),
      ducts: reader.list("risks", "ducts"),
      pops: reader.list("risks", "pops"),
      powerFeeds: reader.list("risks", "powerFeeds"),
    },
    addressing: reader.whole("addressing"),
    routing: reader.whole("routing"),
    qos: reader.list("qos", "classes"),
    services: reader.whole("services"),
    segments: reader.list("datacenter", "segments"),
    pilots: reader.list("communes", "pilots"),
    funds: reader.whole("funds"),
    roadmap: reader.list("roadmap", "years"),
    security: reader.whole("security"),
    certificates: reader.list("certificates", "certificates"),
    people: reader.whole("people"),
    mail: reader.whole("mail"),
    conference: reader.whole("conference"),
    monitoring: reader.whole("monitoring"),
    environments: reader.list("environments", "environments"),
    demand: reader.whole("demand"),
    waivers: reader.list("waivers", "waivers"),
    whole: new Set(
      (
        [
          ["units", "units"],
          ["sites", "sites"],
          ["hosts", "hosts"],
          ["links", "links"],
          ["qos", "classes"],
          ["certificates", "certificates"],
        ] as const
      )
        .filter(([file, key]) => reader.isWhole(file, key))
        .map(([file]) => file),
    ),
    names: {
      units: reader.names("units", "units"),
      bodies: reader.names("bodies", "bodies"),
      sites: reader.names("sites", "sites"),
      hosts: reader.names("hosts", "hosts"),
      links: reader.names("links", "links"),
      carriers: reader.names("risks", "carriers"),
      ducts: reader.names("risks", "ducts"),
      pops: reader.names("risks", "pops"),
      powerFeeds: reader.names("risks", "powerFeeds"),
      segments: reader.names("datacenter", "segments"),
      environments: reader.names("environments", "environments"),
    },
  };
}

class Reader {
  readonly #contents: Contents;
  readonly #misfits: ReadonlyMap<FileName, Misfits>;

  constructor(contents: Contents, misfits: ReadonlyMap<FileName, Misfits>) {
    this.#contents = contents;
    this.#misfits = misfits;
  }

  /** The whole file; undefined when anything in it does not fit. The caller's type is what the schema promises. */
  whole<T>(file: FileName): T | undefined {
    const data = this.#contents[file];
    return isObject(data) && this.#misfits.get(file)?.length === 0 ? (data as T) : undefined;
  }

  /** The entries of a list that fit. */
  list<T>(file: FileName, key: string): readonly T[] {
    const items = this.#items(file, key) ?? [];
    const bad = new Set((this.#misfits.get(file) ?? []).filter((keys) => keys[0] === key).map((keys) => keys[1]));
    return items.filter((_, i) => !bad.has(String(i))) as T[];
  }

  /** The names (or slugs) of all entries of a list, whether they fit or not; undefined when there is no list. */
  names(file: FileName, key: string): ReadonlySet<string> | undefined {
    const items = this.#items(file, key);
    return (
      items &&
      new Set(
        items
          .filter(isObject)
          .map((item) => item["slug"] ?? item["name"])
          .filter((name) => typeof name === "string"),
      )
    );
  }

  /** Whether a list is there and all its entries fit. */
  isWhole(file: FileName, key: string): boolean {
    return this.#items(file, key)?.length === this.list(file, key).length;
  }

  #items(file: FileName, key: string): readonly unknown[] | undefined {
    const data = this.#contents[file];
    const items = isObject(data) ? data[key] : undefined;
    return Array.isArray(items) ? (items as unknown[]) : undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
