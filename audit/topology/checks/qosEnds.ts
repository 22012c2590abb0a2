/** Both ends of every shaped link have the classes of the design: the same ones, at the shares of the link's capacity. */
import { qosBatch } from "../../../infra/network/qos.ts";
import { isWan, provinceRouters, stateEdges } from "../../../infra/network/router.ts";
import type { Link, Province } from "../../../inventory/model.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { say } from "../messages/index.ts";
import type { Outcome } from "../types.ts";

/** A class as a host is told it. Rates in kbit/s. */
export interface ToldClass {
  readonly rateKbps: number;
  readonly ceilKbps: number;
  readonly priority: number;
}

export const qosEnds: Check = {
  id: "qos.ends",
  title: say("qos.ends.title"),
  severity: "major",
  basis: "design",
  source: "RFC 4594 and qos.yaml: one treatment of each class along the whole way",
  reads: ["inventory"],
  run: ({ province }) => {
    const told = new Map([...provinceRouters(province), ...stateEdges(province)].map((router) => [router.host.name, toldClasses(qosBatch(router))]));
    return [...province.links.values()].filter(isWan).map((link) => judgeEnds(province, link, link.ends.map(({ host, interface: port }) => told.get(host)?.get(port) ?? [])));
  },
};

/** The classes of each interface in a batch for `tc`, in their order: the parent (`1:1`) aside. */
export function toldClasses(batch: string): Map<string, ToldClass[]> {
  const found = new Map<string, ToldClass[]>();
  for (const [, port, rate, ceil, priority] of batch.matchAll(/^class add dev (\S+) parent 1:1 classid \S+ htb rate (\d+)kbit ceil (\d+)kbit prio (\d+)/gm)) {
    found.set(port!, [...(found.get(port!) ?? []), { rateKbps: Number(rate), ceilKbps: Number(ceil), priority: Number(priority) }]);
  }
  return found;
}

/** `ends` in the order of the link's ends. Shares may be off by a hundredth of the link: rates are whole kbit/s. */
export function judgeEnds(province: Province, link: Link, ends: readonly (readonly ToldClass[])[]): Outcome {
  const capacityKbps = link.capacityMbps * 1000;
  const subject = { kind: "link", subject: link.name, links: [link.name], hosts: link.ends.map(({ host }) => host), evidence: { classes: province.qos.length } } as const;
  for (const [i, classes] of ends.entries()) {
    const host = link.ends[i]!.host;
    const wrong = province.qos.find((one, n) => {
      const told = classes[n];
      const wanted = (capacityKbps * one.sharePercent) / 100;
      return told === undefined || told.priority !== one.priority || Math.abs(told.rateKbps - wanted) > Math.max(1, capacityKbps / 100) || Math.abs(told.ceilKbps - capacityKbps) > 1;
    });
    if (wrong === undefined && classes.length === province.qos.length) continue;
    const values = { link: link.name, host, class: wrong?.name ?? String(classes.length), capacity: link.capacityMbps };
    return { ...subject, verdict: "fail", at: sourceOf(link, "capacityMbps"), finding: say("qos.ends", values), remedy: say("qos.ends.remedy", values) };
  }
  return { ...subject, verdict: "pass" };
}
