/** Inventories of any size in the small province's manner, for measuring how reading and auditing grow: always the same for the same number. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Offices whose LANs share a /16, which their two border routers announce. */
const OFFICES_PER_AREA = 256;
/** Links that lie in one duct. */
const LINKS_PER_DUCT = 10;
const LARGEST = 30 * OFFICES_PER_AREA;

/**
 * Adds `offices` departments to the copy of the small province in `directory`, each with two links: areas of 256 offices, each with two border
 * routers of its own, which both cores know.
 * @param offices at most 7,680, which the pools hold.
 */
export function enlargeInventory(directory: string, offices: number): void {
  if (offices > LARGEST) throw new RangeError(`${offices} offices are more than ${LARGEST}`);
  const file = (name: string): string => join(directory, `${name}.yaml`);
  const append = (name: string, lines: readonly string[]): void => appendFileSync(file(name), lines.map((line) => `  - {${line}}\n`).join(""));
  // The small province's prefixes hold a thousand links; its own offices keep their numbers.
  const replace = (name: string, ...pairs: readonly (readonly [string, string])[]): void =>
    writeFileSync(file(name), pairs.reduce((text, [from, to]) => text.replaceAll(from, to), readFileSync(file(name), "utf8")));
  replace("addressing",
    ["10.60.0.0/14", "10.0.0.0/9"], ["10.60.0.0/23", "10.96.0.0/18"], ["10.60.2.0/23", "10.97.0.0/16"], ["10.61.0.0/16", "10.0.0.0/10"], ["10.62.0.0/16", "10.98.0.0/16"], ["10.63.0.0/20", "10.99.0.0/20"],
    ["1:1000::/52", "1:8000::/49"], ["1:4100::/56", "1::/50"], ["1::/64", "1:7fff::/64"], ["1:4200::/56", "1:4200::/56"], ["1:4300::/60", "1:4300::/60"]);
  replace("routing", ["10.61.0.0/20, 10.62.0.0/20", "10.0.0.0/20, 10.98.0.0/20"], ["10.61.64.0/19", "10.0.64.0/19"]);
  replace("environments", ["198.18.8.0/24", "198.18.0.0/17"], ["198.18.9.0/24", "198.18.128.0/17"], ["10.63.240.0/24", "10.100.0.0/17"]);

  const areas = Math.ceil(offices / OFFICES_PER_AREA);
  const number = (office: number): number => OFFICES_PER_AREA + office;
  const areaOf = (office: number): number => Math.floor(office / OFFICES_PER_AREA);
  const every = Array.from({ length: offices }, (_, office) => office);
  const borders = Array.from({ length: areas }, (_, area) => [`agg${2 * area + 11}`, `agg${2 * area + 12}`] as const);
  append("bodies", every.map((i) => `slug: so-${i}, name: Sở ${i}, group: departments`));
  append("sites", every.map((i) => `slug: so-${i}, number: ${number(i)}, kind: office, name: Sở ${i}, body: so-${i}, lat: ${(18.7 + 0.0001 * i).toFixed(4)}, lon: 105.1, area: vung-${areaOf(i)}, powerFeed: dien-trung-tam, funds: I.1`));
  append("hosts", [
    ...borders.flatMap((pair, area) => pair.map((name, i) => `name: ${name}, number: ${2 * area + 11 + 200 + i}, site: trung-tam-du-lieu, role: aggregation, rank: ${2 * area + 11 + i}, chassis: tu-${i + 1}, funds: I.1`)),
    ...every.map((i) => `name: r-so-${i}, number: ${1024 + i}, site: so-${i}, role: site-router, funds: I.1`),
  ]);
  const core = (name: string, ends: readonly string[], area?: string): string => `name: ${name}, role: core, ends: [${ends.join(", ")}], capacityMbps: 10000, ${area === undefined ? "" : `area: ${area}, `}funds: I.1`;
  const access = (office: number, role: "primary" | "backup", far: string): string => {
    const duct = Math.floor(office / LINKS_PER_DUCT);
    return `name: so-${office}-${role}, role: ${role}, ends: [${far}, r-so-${office}], capacityMbps: 100, carrier: nha-mang-${role === "primary" ? "a" : "b"}, ducts: [${role}-${duct}], funds: I.1`;
  };
  const links = [
    ...borders.flatMap(([first, second], area) => [
      ...[first, second].flatMap((name) => ["core1", "core2"].map((hub) => core(`${hub}-${name}`, [hub, name]))),
      core(`${first}-${second}`, [first, second]), core(`${first}-${second}-vung`, [first, second], `vung-${area}`),
    ]),
    ...every.flatMap((i) => {
      const [first, second] = borders[areaOf(i)]!;
      return [access(i, "primary", i % 2 === 0 ? first : second), access(i, "backup", i % 2 === 0 ? second : first)];
    }),
  ];
  append("links", links.map((link, i) => `number: ${1000 + i}, ${link}`));
  const ducts = ["primary", "backup"].flatMap((role) => Array.from({ length: Math.ceil(offices / LINKS_PER_DUCT) }, (_, duct) => `  - {slug: ${role}-${duct}, name: Cống bể ${role} ${duct}}`));
  replace("risks", ["pops:\n", `${ducts.join("\n")}\npops:\n`]);
  const summaries = borders.map((_, area) => `  - {name: vung-${area}, id: 0.0.1.${area}, stub: totally, summaries: [10.${area + 1}.0.0/16]}`);
  replace("routing", ["ospf:\n", `${summaries.join("\n")}\nospf:\n`]);
}
