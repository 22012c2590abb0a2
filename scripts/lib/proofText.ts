/** A proof in words. */
import type { ProofReport } from "../../monitoring/proof.ts";
import { mailLines, mailSummary } from "./mailText.ts";

/** Misses shown by name; more are counted. */
const SHOWN = 20;

/** `49/49 sites, 2,352/2,352 pairs, 904/904 adjacencies, 392/392 names, 49/49 mail, 49/49 conference, 64/64 hosts watched`. */
export function proofSummary({ reachability: { sites, pairs }, adjacency, names, services: { mail, conference, watched } }: ProofReport): string {
  return [
    `${ratio(sites.reached, sites.total)} sites`, `${ratio(pairs.reached, pairs.total)} pairs`,
    `${ratio(adjacency.up, adjacency.total)} adjacencies`, `${ratio(names.answered, names.total)} names`,
    ...(mail === undefined ? [] : [mailSummary(mail)]),
    ...(conference === undefined ? [] : [`${ratio(conference.sites.reached, conference.sites.total)} conference`]),
    ...(watched === undefined ? [] : [`${ratio(watched.well, watched.total)} hosts watched`]),
  ].join(", ");
}

/** One line a miss, the commonest kinds first; nothing when all is well. */
export function proofLines({ reachability, adjacency, names, services }: ProofReport): string[] {
  return [
    ...some("pairs without an answer", reachability.misses.map((m) => `${m.from} does not reach ${m.to} by ${m.family}`)),
    ...some("adjacencies not up", adjacency.misses.map((m) => `${m.host} ${m.interface}: ${m.protocol} with ${m.peer} is ${m.state}`)),
    ...some("adjacencies that nobody intended", adjacency.unexpected.map((u) => `${u.host} ${u.interface ?? ""}: ${u.protocol} with ${u.neighbour} is ${u.state}`)),
    ...some("names not resolved", names.misses.map((m) => `${m.from}: ${m.server} says ${m.got} to ${m.type} ${m.name}, not ${m.expected}`)),
    ...some("misses of mail", services.mail === undefined ? [] : mailLines(services.mail)),
    ...some("sites without conference", (services.conference?.misses ?? []).map((m) => `conference from ${m.site}: ${m.step}: ${m.got}`)),
    ...some("that nobody watches", (services.watched?.not ?? []).map((host) => `not watched: ${host}`)),
  ];
}

function some(what: string, lines: readonly string[]): string[] {
  if (lines.length <= SHOWN) return [...lines];
  return [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more ${what}`];
}

function ratio(part: number, whole: number): string {
  return `${part.toLocaleString("en-US")}/${whole.toLocaleString("en-US")}`;
}
