/** What if: failures by name, and what the model predicts of them. Pure. */
import { Failure } from "../../inventory/failure.ts";
import type { Province } from "../../inventory/model.ts";
import { closest } from "../../inventory/schema.ts";
import type { Family } from "./destinations.ts";
import { DATACENTER, OUTSIDE, type Outlook, pathText, predict, type Prediction } from "./spf.ts";

export const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

/** Something that fails as one: `link:vinh-primary`, `node:agg1`, `risk:ql1-vinh-quan-hanh`. */
export interface Cause {
  readonly name: string;
  /** The links that carry nothing any more: a node's are all of its own, a power feed's those of all hosts that it feeds. */
  readonly links: readonly string[];
  /** Hosts that are down and have no links, such as servers: predicted, but not carried out. */
  readonly hosts: readonly string[];
}

/** @throws Failure for a text that names nothing of the province. */
export function causeOf(province: Province, text: string): Cause {
  const [kind = "", name = ""] = text.split(/:(.*)/s);
  const known: Readonly<Record<string, Iterable<string>>> = { link: province.links.keys(), node: province.hosts.keys(), risk: province.risks.keys() };
  const names = known[kind];
  if (names === undefined) throw new Failure(`'${text}' is no failure`, { advice: "Write link:NAME, node:NAME or risk:SLUG." });
  const all = [...names];
  if (!all.includes(name)) {
    const near = closest(name, all);
    throw new Failure(`there is no ${kind} '${name}' in the inventory`, { advice: near === undefined ? `It has ${all.length} of them, such as ${all.slice(0, 3).join(", ")}.` : `Did you mean ${kind}:${near}?` });
  }
  if (kind === "link") return { name: text, links: [name], hosts: [] };
  if (kind === "node") return nodesCause(province, text, [name]);
  const risk = province.risks.get(name)!;
  if (risk.kind === "power-feed") {
    const fed = [...province.hosts.values()].filter((host) => province.sites.get(host.site)?.powerFeed === name).map((host) => host.name);
    return nodesCause(province, text, fed);
  }
  const shared = [...province.links.values()].filter((link) => link.carrier === name || link.ducts.includes(name) || link.pops.includes(name));
  return { name: text, links: shared.map((link) => link.name), hosts: [] };
}

function nodesCause(province: Province, name: string, nodes: readonly string[]): Cause {
  const links = [...province.links.values()].filter((link) => link.ends.some((end) => nodes.includes(end.host))).map((link) => link.name);
  return { name, links, hosts: nodes.filter((node) => province.hosts.get(node)!.loopback === undefined) };
}

/** Several causes at once. */
export function together(causes: readonly Cause[]): Cause {
  return { name: causes.map((cause) => cause.name).join(" + "), links: [...new Set(causes.flatMap((cause) => cause.links))], hosts: [...new Set(causes.flatMap((cause) => cause.hosts))] };
}

/** Every single link, and every router: what can be carried out one by one. */
export function singleCauses(province: Province): Cause[] {
  const routers = [...province.hosts.values()].filter((host) => host.interfaces.some((one) => one.kind === "link"));
  return [...[...province.links.keys()].map((name) => `link:${name}`), ...routers.map((host) => `node:${host.name}`)].map((text) => causeOf(province, text));
}

/** One way that is no longer what it was. */
export interface Changed {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  readonly outlook: Outlook;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface WhatIf {
  readonly cause: string;
  readonly links: readonly string[];
  /** Offices that reach the data center and back in both families, and ordered pairs of offices. */
  readonly sites: { readonly reached: number; readonly total: number };
  readonly pairs: { readonly reached: number; readonly total: number };
  readonly changed: readonly Changed[];
}

export function failedBy(cause: Cause): ReadonlySet<string> {
  return new Set([...cause.links, ...cause.hosts]);
}

export function offices(province: Province): string[] {
  return [...province.sites.values()].filter((site) => site.kind === "office" && site.lan !== undefined).map((site) => site.slug);
}

/** What the model says of a cause. */
export function whatIf(province: Province, cause: Cause): WhatIf {
  const before = predict(province);
  const after = predict(province, { failed: failedBy(cause) });
  const sites = offices(province);
  const good = (a: string, b: string): boolean => FAMILIES.every((family) => after.reachable(a, b, family));
  const pairs = sites.flatMap((a) => sites.filter((b) => b !== a).map((b) => [a, b] as const));
  const places = [...sites, DATACENTER, OUTSIDE];
  return {
    cause: cause.name,
    links: cause.links,
    sites: { reached: sites.filter((site) => good(site, DATACENTER)).length, total: sites.length },
    pairs: { reached: pairs.filter(([a, b]) => good(a, b)).length, total: pairs.length },
    changed: places.flatMap((from) => places.filter((to) => to !== from).flatMap((to) => FAMILIES.flatMap((family): Changed[] => {
      const [was, is] = [textsOf(before, from, to, family), textsOf(after, from, to, family)];
      return was.join() === is.join() ? [] : [{ from, to, family, outlook: after.outlook(from, to, family), before: was, after: is }];
    }))),
  };
}

function textsOf(prediction: Prediction, from: string, to: string, family: Family): string[] {
  return [...new Set(prediction.paths(from, to, family).map(pathText))].toSorted();
}

/** The office whose traffic to the data center a cause moves or stops; without one, the first. */
export function witnessOf(province: Province, cause: Cause): string | undefined {
  const sites = offices(province);
  const whole = predict(province);
  const uses = (site: string): boolean => [...whole.paths(site, DATACENTER), ...whole.paths(DATACENTER, site)].some((path) => path.links.some((link) => cause.links.includes(link)));
  return sites.find(uses) ?? sites[0];
}
