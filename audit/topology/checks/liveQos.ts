/** Traffic classes on both ends of each WAN link: rates, ceilings, and which DSCP goes where. */
import { networkDesign, stateEdgeDesign } from "../../../infra/network/design.ts";
import { isRouter, isWan } from "../../../infra/network/router.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { HostIntent } from "../../../infra/host/intent.ts";
import type { Check } from "../check.ts";
import { type LiveClass, parseMarks } from "../live/host.ts";
import { failure, interfaceSubject, judgedHosts, linkAt, liveOf, placeOfInterface, reading, unknown } from "../live/judge.ts";
import { list, say } from "../messages/index.ts";
import type { Outcome, Subject } from "../types.ts";

export const qosClasses: Check = {
  id: "qos.classes",
  title: say("qos.classes.title"),
  severity: "major",
  basis: "design",
  source: "RFC 4594; qos.yaml: every end of a link gives each class its share",
  reads: ["inventory", "live"],
  run: (context) => {
    const live = liveOf(context);
    const { province } = context;
    const designs = new Map([...networkDesign(province), ...stateEdgeDesign(province)]);
    return judgedHosts(province, live).filter(isRouter).flatMap((host) => {
      const wanted = intendedClasses(designs.get(host.name)!);
      const wantedMarks = marksText(parseMarks(designs.get(host.name)!.files!["/etc/egov/network.nft"]!.content.concat("table inet egov_qos")));
      const classes = reading(live, host.name, "queues", (one) => one.classes);
      const marks = reading(live, host.name, "marks", (one) => one.marks);
      const shaped = host.interfaces.filter((one) => { const link = linkAt(province, host, one.name); return link !== undefined && isWan(link); });
      return shaped.map(({ name }): Outcome => {
        const subject = interfaceSubject(province, host, name);
        if ("why" in classes) return unknown(subject, host, classes.why);
        const at = placeOfInterface(province, host, name);
        const there = classes.value.filter((one) => one.interface === name).map(textOf);
        const intended = wanted.filter((one) => one.interface === name).map(textOf);
        const missing = intended.filter((one) => !there.includes(one));
        const extra = there.filter((one) => !intended.includes(one));
        if (missing.length + extra.length > 0) return failure(subject, at, "qos.classes", { host: host.name, interface: name, missing: list(missing) || "–", extra: list(extra) || "–" });
        const sorted = "why" in marks ? marks.why : marksText(marks.value);
        return sorted === wantedMarks ? { ...subject, verdict: "pass" } : failure(subject, at, "qos.marks", { host: host.name, interface: name, wanted: wantedMarks, is: sorted || "–" });
      });
    });
  },
};

/** Loss, percent, that a class may have of less than it is promised. */
const TOLERATED_LOSS = 1;
/** Jitter, milliseconds, that a conversation bears (ITU-T G.114 leaves so much to the network). */
const TOLERATED_JITTER = 30;

export const qosSaturated: Check = {
  id: "qos.saturated",
  title: say("qos.saturated.title"),
  severity: "major",
  basis: "design",
  source: "RFC 4594; qos.yaml: a class keeps its share whatever the others send",
  reads: ["inventory", "saturation"],
  run: ({ province, saturation }) => {
    if (saturation === undefined) throw new Error("a check of a full link ran without one");
    const at = sourceOf(province.links.get(saturation.link)!);
    const full = saturation.classes.some((one) => one.rest && one.lossPercent > TOLERATED_LOSS);
    return saturation.classes.map((one): Outcome => {
      const subject: Subject = { kind: "class", subject: `${saturation.link} ${one.name}`, links: [saturation.link], evidence: { ...one } };
      // The class that takes the rest is what fills the link; unless it loses, the others have proven nothing.
      if (!full) return { ...subject, verdict: "unknown", at, finding: say("qos.saturated.empty", { link: saturation.link }), remedy: say("qos.saturated.empty.remedy") };
      if (one.rest || (one.lossPercent <= TOLERATED_LOSS && one.jitterMilliseconds <= TOLERATED_JITTER)) return { ...subject, verdict: "pass" };
      return failure(subject, at, "qos.saturated", { link: saturation.link, class: one.name, loss: one.lossPercent, jitter: one.jitterMilliseconds });
    });
  },
};

/** The classes of a router's qos.tc. */
export function intendedClasses(intent: HostIntent): LiveClass[] {
  const batch = intent.files?.["/etc/egov/qos.tc"]?.content ?? "";
  return [...batch.matchAll(/^class add dev (\S+) parent \S+ classid (\S+) htb rate (\d+)kbit ceil (\d+)kbit/gm)]
    .map(([, name = "", id = "", rate, ceil]) => ({ interface: name, id, rateKbit: Number(rate), ceilKbit: Number(ceil) }));
}

function textOf({ id, rateKbit, ceilKbit }: LiveClass): string {
  return `${id} ${rateKbit}/${ceilKbit} kbit/s`;
}

function marksText(marks: ReadonlyMap<string, string>): string {
  return [...marks].map(([dscp, id]) => `${dscp} in ${id}`).toSorted().join(", ");
}
