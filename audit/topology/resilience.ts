/** Every single failure of a province (a link, a router, or whatever fails as one), and what it does to the offices' ways to the data center. */
import type { Host, Province } from "../../inventory/model.ts";
import { sourceOf, type Source } from "../../inventory/source.ts";
import { baseline, effectsOf } from "./failures.ts";
import { list, say, type MessageId } from "./messages/index.ts";
import { DATA_CENTER, type Network } from "./network.ts";
import type { Outcome } from "./types.ts";

/** Something that fails at once. */
export interface Failure {
  readonly kind: "link" | "host" | "risk";
  /** `vinh-primary`, `agg1`, `duct vinh-truong-thi`, `power-feed dien-cua-lo`, `chassis tu-mang-1`. */
  readonly name: string;
  readonly at: Source;
  readonly hosts: readonly string[];
  readonly links: readonly string[];
}

export interface Impact extends Failure {
  /** Offices without a way to the data center then, which have one now. */
  readonly lost: readonly string[];
  /** Of those, the ones that stand in what fails: they go down with it, whatever the network does. */
  readonly own: readonly string[];
  /** Of those that are lost, the ones that have two ways now and do not stand in what fails: here two ways are one. */
  readonly surprised: readonly string[];
  /** Offices that keep one way only and have two now: the next cut takes them. */
  readonly thinned: readonly string[];
}

/** All single failures, in the inventory's order: links, routers, carriers, ducts, POPs, power feeds, chassis. */
export function singleFailures(province: Province, network: Network): Failure[] {
  const routers = network.hosts.flatMap((name) => (name === undefined ? [] : [province.hosts.get(name)!]));
  const links = network.links.flatMap((link) => link ?? []);
  const linksOn = new Map<string, Set<string>>();
  for (const { name, carrier, ducts, pops } of links) {
    for (const risk of [...(carrier === undefined ? [] : [carrier]), ...ducts, ...pops]) {
      const on = linksOn.get(risk);
      if (on === undefined) linksOn.set(risk, new Set([name]));
      else on.add(name);
    }
  }
  const fedBy = Map.groupBy(routers, ({ site }) => province.sites.get(site)!.powerFeed);
  const shared = [...province.risks.values()].map((risk): Failure => ({
    kind: "risk",
    name: `${risk.kind} ${risk.slug}`,
    at: sourceOf(risk),
    hosts: risk.kind === "power-feed" ? (fedBy.get(risk.slug) ?? []).map(({ name }) => name) : [],
    links: [...(linksOn.get(risk.slug) ?? [])],
  }));
  const chassis = [...Map.groupBy(routers.filter((host): host is Host & { chassis: string } => host.chassis !== undefined), (host) => host.chassis)]
    .map(([name, hosts]): Failure => ({ kind: "risk", name: `chassis ${name}`, at: sourceOf(hosts[0]!, "chassis"), hosts: hosts.map((host) => host.name), links: [] }));
  return [
    ...links.map((link): Failure => ({ kind: "link", name: link.name, at: sourceOf(link), hosts: [], links: [link.name] })),
    ...routers.map((host): Failure => ({ kind: "host", name: host.name, at: sourceOf(host), hosts: [host.name], links: [] })),
    ...shared,
    ...chassis,
  ].filter(({ hosts, links: cut }) => hosts.length + cut.length > 0);
}

const impacts = new WeakMap<Network, readonly Impact[]>();

/** What each single failure does. Worked out once a network. */
export function impactsOf(province: Province, network: Network): readonly Impact[] {
  const known = impacts.get(network);
  if (known !== undefined) return known;
  const failures = singleFailures(province, network);
  const { graph, vertexOf, sites } = network;
  const edgeOf = new Map(network.links.flatMap((link, edge) => (link === undefined ? [] : [[link.name, edge] as const])));
  const gone = failures.map(({ hosts, links }) => [...new Set([
    ...links.map((name) => edgeOf.get(name)!),
    ...hosts.flatMap((name) => [...graph.edgeAt.subarray(graph.first[vertexOf.get(name)!], graph.first[vertexOf.get(name)! + 1])]),
  ])]);
  const slug = (index: number): string => sites[index]!.site.slug;
  const sound = new Set<string>();
  const found: Impact[] = [];
  const problem = { graph, root: DATA_CENTER, sites: sites.map(({ vertex }) => vertex) };
  baseline(problem).sound.forEach((is, index) => { if (is === 1) sound.add(slug(index)); });
  effectsOf(problem, gone, (index, effect) => {
    const failure = failures[index]!;
    const standing = new Set(failure.hosts.map((name) => province.hosts.get(name)!.site));
    const lost = effect.lost.map(slug);
    found[index] = {
      ...failure,
      lost,
      own: lost.filter((site) => standing.has(site)),
      surprised: lost.filter((site) => sound.has(site) && !standing.has(site)),
      thinned: effect.thinned.map(slug),
    };
  });
  impacts.set(network, found);
  return found;
}

/** Names that evidence holds of a longer list; the count is always whole. */
const NAMED = 100;

/** One verdict a failure: `bad` are the offices that must not be lost by it. */
export function judgeImpact(impact: Impact, bad: readonly string[], finding: MessageId): Outcome {
  const { kind, name, at, hosts, links, lost, own, thinned } = impact;
  const subject = {
    kind, subject: name, hosts, links, sites: bad,
    evidence: { lost: lost.length, lostSites: lost.slice(0, NAMED), own: own.length, leftWithOneWay: thinned.length, leftWithOneWaySites: thinned.slice(0, NAMED) },
  } as const;
  const values = { name, count: bad.length, sites: list(bad), thinned: thinned.length };
  if (bad.length > 0) return { ...subject, verdict: "fail", at, finding: say(finding, values), remedy: say(`${finding}.remedy` as MessageId, values) };
  return { ...subject, verdict: "pass", at, ...(thinned.length > 0 && { finding: say("resilience.thinned", values) }) };
}
