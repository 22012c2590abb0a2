/** What the checks of the live network share: a host's word or the reason why there is none, and the verdicts on both. */
import type { Host, Link, Province } from "../../../inventory/model.ts";
import { bootedHosts } from "../../../inventory/reach.ts";
import { sourceOf, type Source } from "../../../inventory/source.ts";
import { say, type MessageId, type Values } from "../messages/index.ts";
import type { AuditContext } from "../check.ts";
import type { Outcome, Subject } from "../types.ts";
import type { LiveHost } from "./host.ts";
import type { LiveNetwork } from "./network.ts";

/** What a check of the live network is given for sure: it is not run without. */
export function liveOf(context: AuditContext): LiveNetwork {
  if (context.live === undefined) throw new Error("a check of the live network ran without one");
  return context.live;
}

/** The hosts that a live check judges: all that are ours in the environment. */
export function judgedHosts(province: Province, live: LiveNetwork): readonly Host[] {
  return bootedHosts(province, live.environment);
}

/** A part of what a host said, or why it said nothing of it. */
export type Reading<T> = { readonly value: T } | { readonly why: string };

export function reading<T>(live: LiveNetwork, host: string, section: string, pick: (host: LiveHost) => T | undefined): Reading<T> {
  const said = live.hosts.get(host);
  if (said === undefined) return { why: live.silent.get(host) ?? "it was not asked" };
  const value = pick(said);
  return value === undefined ? { why: said.unreadable[section] ?? "it said nothing of it" } : { value };
}

export function unknown(subject: Subject, host: Host, why: string): Outcome {
  return { ...subject, verdict: "unknown", at: sourceOf(host), finding: say("live.unread", { host: host.name, why }), remedy: say("live.unread.remedy", { host: host.name }) };
}

/** A failure whose remedy is the message `ID.remedy`. */
export function failure(subject: Subject, at: Source, id: MessageId, values: Values): Outcome {
  return { ...subject, verdict: "fail", at, finding: say(id, values), remedy: say(`${id}.remedy` as MessageId, values) };
}

/** Where an interface is described: its link's entry, or its host's. */
export function placeOfInterface(province: Province, host: Host, name: string): Source {
  const link = linkAt(province, host, name);
  return sourceOf(link ?? host);
}

export function linkAt(province: Province, host: Host, name: string): Link | undefined {
  const link = host.interfaces.find((one) => one.name === name)?.link;
  return link === undefined ? undefined : province.links.get(link);
}

/** An interface as a subject, with the link that it ends. */
export function interfaceSubject(province: Province, host: Host, name: string, about = ""): Subject {
  const link = linkAt(province, host, name);
  return { kind: "host", subject: `${host.name} ${name}${about === "" ? "" : ` ${about}`}`, hosts: [host.name], ...(link === undefined ? {} : { links: [link.name] }) };
}
