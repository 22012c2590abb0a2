/** Zones and the policy matrix: every name is there, every address lies in one zone, and every line decides something. */
import { findBy } from "../lookup.ts";
import type { PolicyRule, Security, Zone } from "../model.ts";
import { formatPorts, parsePorts } from "../ports.ts";
import type { Report } from "../problem.ts";
import type { Raw, RawSite } from "../raw.ts";
import { closest } from "../schema.ts";
import { sourceOf } from "../source.ts";
import { isDate } from "./dates.ts";
import { checkPolicy } from "./policy.ts";

export function checkSecurity(raw: Raw, report: Report): void {
  const { security } = raw;
  if (security === undefined) return;
  checkNames(raw, security, report);
  checkPorts(security, report);
  checkOutside(security, report);
  checkMembers(raw, security, report);
  for (const rule of security.policy) checkExpiry(rule, report);
  checkPolicy(security, report);
}

/** Zones, services and segments that a name stands for, and names that stand twice. */
function checkNames(raw: Raw, security: Security, report: Report): void {
  const zones = new Set(security.zones.map(({ name }) => name));
  const services = new Set(security.services.map(({ name }) => name));
  const follow = (what: string, known: ReadonlySet<string> | undefined, names: readonly string[] | undefined, file: string): void => {
    names?.forEach((name, i) => {
      if (known === undefined || known.has(name)) return;
      const near = closest(name, known);
      report.add(sourceOf(names, String(i)), `there is no ${what} "${name}"`, near === undefined ? `name one of ${file}, or add it there` : `did you mean "${near}"?`);
    });
  };
  for (const zone of security.zones) {
    follow("segment", raw.names.segments, zone.segments, "datacenter.yaml");
    const tiers = raw.province && new Set(raw.province.tiers.map(({ tier }) => String(tier)));
    zone.tiers?.forEach((tier, i) => {
      if (tiers?.has(String(tier)) === false) report.add(sourceOf(zone.tiers!, String(i)), `there is no tier "${tier}"`, "name one of province.yaml, or add it there");
    });
  }
  for (const { from, to, services: named } of security.policy) {
    follow("zone", zones, from, "the zones above");
    follow("zone", zones, to, "the zones above");
    follow("service", services, named, "the services above");
  }
  follow("zone", zones, security.limits.exempt, "the zones above");
  for (const [what, entries] of [["zone", security.zones], ["service", security.services]] as const) {
    entries.forEach((entry, i) => {
      const first = entries.slice(0, i).find(({ name }) => name === entry.name);
      if (first === undefined) return;
      report.add(sourceOf(entry, "name"), `the name "${entry.name}" belongs to another ${what} already (line ${sourceOf(first, "name").line})`, "give it one of its own");
    });
  }
}

function checkPorts({ services }: Security, report: Report): void {
  for (const { ports, neighbours } of services) {
    ports.forEach((text, i) => {
      const at = sourceOf(ports, String(i));
      const range = parsePorts(text);
      if (range === undefined) {
        report.add(at, `${text} does not exist`, text.startsWith("ip/") ? "protocols are 0 to 255" : "ports are 1 to 65535");
      } else if (range.first > range.last) {
        report.add(at, `the range ${text} is upside down`, `write ${formatPorts({ ...range, first: range.last, last: range.first })}`);
      } else if (range.protocol === "ip" && neighbours !== true) {
        report.add(at, `${text} is a protocol without ports`, "only neighbours speak those: add neighbours: true, or name ports");
      }
    });
  }
}

function checkOutside({ zones }: Security, report: Report): void {
  const outside = zones.filter((zone) => zone.outside === true);
  if (outside.length === 0) report.add(sourceOf(zones[0]!), "no zone holds the rest of the world", "add outside: true to one zone");
  for (const second of outside.slice(1)) {
    report.add(sourceOf(second, "outside"), `"${second.name}" is outside, and so is "${outside[0]!.name}"`, "keep it in one zone");
  }
}

/** What a zone's keys can name: a kind of member, and its name where there are several. */
function claims(zone: Zone): { readonly text: string; readonly at: ReturnType<typeof sourceOf> }[] {
  const list = (what: string, names: readonly (string | number)[] | undefined) =>
    (names ?? []).map((name, i) => ({ text: `${what} "${name}"`, at: sourceOf(names!, String(i)) }));
  return [
    ...list("segment", zone.segments),
    ...list("group", zone.groups),
    ...list("tier", zone.tiers),
    ...(zone.access === true ? [{ text: "access LANs", at: sourceOf(zone, "access") }] : []),
    ...(zone.network === true ? [{ text: "routers' addresses", at: sourceOf(zone, "network") }] : []),
  ];
}

/** Every prefix of the province lies in exactly one zone, and every zone has some. */
function checkMembers(raw: Raw, { zones }: Security, report: Report): void {
  const owners = new Map<string, string>();
  for (const zone of zones) {
    for (const { text, at } of claims(zone)) {
      const owner = owners.get(text) ?? zone.name;
      owners.set(text, owner);
      if (owner !== zone.name) report.add(at, `zone "${zone.name}" claims the ${text}, and so does "${owner}"`, "an address lies in one zone: keep it in one of them");
    }
  }
  if (!raw.whole.has("sites") || !raw.whole.has("units")) return;
  const offices = raw.sites.filter(({ kind }) => kind === "office");
  const members = new Map(zones.map((zone) => [zone, zone.outside === true || zone.network === true ? 1
    : (zone.segments?.length ?? 0) + (zone.access === true ? offices.filter(({ access }) => access === true).length : 0)]));
  for (const site of offices) {
    const trait = traitOf(raw, site);
    if (trait === undefined) continue;
    const owner = zones.find((zone) => isMember(zone, trait));
    if (owner !== undefined) members.set(owner, members.get(owner)! + 1);
    else report.add(sourceOf(site), `the LAN of office "${site.slug}" lies in no zone`, "add its body's group or its unit's tier to a zone of security.yaml");
  }
  for (const [zone, count] of members) {
    if (count === 0) report.add(sourceOf(zone), `zone "${zone.name}" has no members`, "name segments, groups or tiers that have some, or remove it");
  }
  const rest: readonly (readonly [string, string, object | undefined])[] = [
    ...raw.segments.map((segment) => [`segment "${segment.name}"`, `segments: [${segment.name}]`, segment] as const),
    ["access LANs", "access: true", offices.find(({ access }) => access === true)],
    ["routers' addresses", "network: true", zones[0]],
  ];
  for (const [text, key, at] of rest) {
    if (at !== undefined && !owners.has(text)) report.add(sourceOf(at), `the ${text} ${text.endsWith("s") ? "lie" : "lies"} in no zone`, `add ${key} to a zone of security.yaml`);
  }
}

/** What a zone asks of an office: its body's group, else its tier. Undefined where that is unknown, which has a message of its own. */
function traitOf(raw: Raw, site: RawSite): { readonly group: string } | { readonly tier: number } | undefined {
  if (site.body !== undefined) {
    const group = findBy(raw.bodies, "slug", site.body)?.group;
    return group && { group };
  }
  const tiers = raw.province?.tiers.map(({ tier }) => tier) ?? [];
  const tier = site.tier ?? (site.unit === undefined ? Math.min(...tiers) : findBy(raw.units, "slug", site.unit)?.tier);
  return tier !== undefined && tiers.includes(tier) ? { tier } : undefined;
}

function isMember(zone: Zone, trait: NonNullable<ReturnType<typeof traitOf>>): boolean {
  return "group" in trait ? zone.groups?.some((group) => group === trait.group) === true : zone.tiers?.includes(trait.tier) === true;
}

function checkExpiry(rule: PolicyRule, report: Report): void {
  const { exception, expires } = rule;
  if (exception === true && expires === undefined) {
    report.add(sourceOf(rule, "exception"), "the exception has no end", "add expires: YYYY-MM-DD, its last day");
  } else if (exception !== true && expires !== undefined) {
    report.add(sourceOf(rule, "expires"), "a line that is no exception does not expire", "add exception: true, or remove expires");
  } else if (expires !== undefined && !isDate(expires)) {
    report.add(sourceOf(rule, "expires"), `there is no day ${expires}`, "write a day of the calendar as YYYY-MM-DD");
  }
}
