/** What the routing daemons run against what the network design gives them, statement by statement. */
import { networkDesign, stateEdgeDesign } from "../../../infra/network/design.ts";
import { isRouter } from "../../../infra/network/router.ts";
import type { Host, Province } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { AuditContext, Check } from "../check.ts";
import { fingerprints, keyOf, parseConfiguration, type Statement } from "../live/configuration.ts";
import { failure, interfaceSubject, judgedHosts, liveOf, placeOfInterface, reading, unknown } from "../live/judge.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome, Severity, Subject } from "../types.ts";

const FILE = "/etc/frr/frr.conf";

/** What a statement is about; the first that fits. Whatever fits none is the rest. */
const TOPICS = {
  areas: /^(ip ospf area|ipv6 ospf6 area|area) /,
  costs: /^(ip ospf cost|ipv6 ospf6 cost|redistribute|default-information) /,
  timers: /(hello-interval|dead-interval|retransmit-interval|transmit-interval|receive-interval|detect-multiplier|^timers |timers connect|advertisement-interval)/,
  authentication: /(authentication|message-digest-key| password |ttl-security)/,
  statics: /^(ip|ipv6) route /,
  rest: /./,
} as const;
type Topic = keyof typeof TOPICS;

interface About {
  readonly severity: Severity;
  readonly source: string;
}

const ABOUT: Readonly<Record<Topic, About>> = {
  areas: { severity: "critical", source: "RFC 2328, 10.5: neighbours of different areas are none" },
  costs: { severity: "major", source: "links.yaml: costs decide which way traffic goes" },
  timers: { severity: "major", source: "RFC 2328, 10.5; RFC 5880, 6.8: timers decide how soon a failure is seen" },
  authentication: { severity: "critical", source: "RFC 2328, D; RFC 7166; RFC 2385: nobody else takes part in routing" },
  statics: { severity: "critical", source: "a static route typed by hand outlives what it was for" },
  rest: { severity: "major", source: "the network design is all that the daemons run" },
};

export const liveConfiguration: readonly Check[] = (Object.keys(TOPICS) as Topic[]).map((topic): Check => ({
  id: `live.${topic === "rest" ? "configuration" : topic}`,
  title: say(`live.${topic}.title`),
  severity: ABOUT[topic].severity,
  basis: "design",
  source: ABOUT[topic].source,
  reads: ["inventory", "live"],
  run: (context) => judge(context, topic),
}));

function topicOf(statement: Statement): Topic {
  return (Object.keys(TOPICS) as Topic[]).find((topic) => TOPICS[topic].test(statement.text))!;
}

/** One verdict for each interface that the topic is about, and one for the rest of each router. */
function judge(context: AuditContext, topic: Topic): Outcome[] {
  const live = liveOf(context);
  const { province } = context;
  const designs = new Map([...networkDesign(province), ...stateEdgeDesign(province)]);
  const usual = topic === "authentication" ? usualKeys(context, designs) : new Map<string, string>();
  return judgedHosts(province, live).filter(isRouter).flatMap((host): Outcome[] => {
    const intendedLines = designs.get(host.name)!.files![FILE]!.content.split("\n");
    const said = reading(live, host.name, "configuration", (one) => one.configuration);
    const wanted = placed(parseConfiguration(intendedLines), topic);
    if ("why" in said) return [...wanted.keys()].map((place) => unknown(subjectOf(province, host, place), host, said.why));
    const there = placed(parseConfiguration(said.value), topic);
    const strange = topic === "authentication" ? strangeKeys(intendedLines, said.value, usual) : new Set<string>();
    return [...new Set([...wanted.keys(), ...there.keys()])].map((place): Outcome => {
      const subject = subjectOf(province, host, place);
      const at = place === "" ? sourceOf(host) : placeOfInterface(province, host, place);
      const missing = difference(wanted.get(place), there.get(place));
      const extra = difference(there.get(place), wanted.get(place));
      const where = place === "" ? host.name : `${host.name} ${place}`;
      if (missing.length + extra.length > 0) {
        return failure({ ...subject, evidence: { missing, extra } }, at, "live.configuration", { where, host: host.name, missing: list(missing) || "–", extra: list(extra) || "–" });
      }
      if (strange.has(place)) return failure(subject, at, "live.authentication.key", { where, host: host.name });
      return { ...subject, verdict: "pass" };
    });
  });
}

/** Statements of a topic by interface; "" for those outside of interfaces. */
function placed(statements: readonly Statement[], topic: Topic): Map<string, Map<string, string>> {
  const places = new Map<string, Map<string, string>>();
  for (const statement of statements) {
    // A block says nothing by itself; what stands in it does.
    if (topicOf(statement) !== topic || /^(interface|router|bfd$|profile|address-family)/.test(statement.text)) continue;
    const place = placeOf(statement);
    const text = place === "" ? keyOf(statement) : statement.text;
    places.set(place, (places.get(place) ?? new Map<string, string>()).set(keyOf(statement), text));
  }
  return places;
}

function placeOf({ blocks }: Statement): string {
  return /^interface (\S+)/.exec(blocks[0] ?? "")?.[1] ?? "";
}

function difference(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): string[] {
  return [...(a ?? [])].filter(([key]) => b?.has(key) !== true).map(([, text]) => text);
}

function subjectOf(province: Province, host: Host, place: string): Subject {
  return place === "" ? { kind: "host", subject: host.name, hosts: [host.name] } : interfaceSubject(province, host, place);
}

/** The key that most routers have for each secret: no audit is told the right one. */
function usualKeys(context: AuditContext, designs: ReturnType<typeof networkDesign>): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const [name, host] of liveOf(context).hosts) {
    const intended = designs.get(name)?.files?.[FILE]?.content.split("\n");
    if (intended === undefined || host.configuration === undefined) continue;
    for (const { secret, fingerprint } of fingerprints(intended, host.configuration)) {
      if (fingerprint === undefined) continue;
      const of = counts.get(secret) ?? new Map<string, number>();
      counts.set(secret, of.set(fingerprint, (of.get(fingerprint) ?? 0) + 1));
    }
  }
  return new Map([...counts].map(([secret, of]) => [secret, [...of].toSorted((a, b) => b[1] - a[1])[0]![0]]));
}

/** Places at which a router has another key than most. */
function strangeKeys(intended: readonly string[], live: readonly string[], usual: ReadonlyMap<string, string>): Set<string> {
  return new Set(fingerprints(intended, live)
    .filter(({ secret, fingerprint }) => fingerprint !== undefined && fingerprint !== usual.get(secret))
    .map(({ statement }) => placeOf(statement)));
}
