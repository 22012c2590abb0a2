/** Forwarding tables against the prediction: routes that lead elsewhere, that nobody intends, and default routes that leak. */
import { isRouter } from "../../../infra/network/router.ts";
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import type { Family } from "../destinations.ts";
import { fibOf } from "../live/fib.ts";
import type { LiveRoute } from "../live/host.ts";
import { failure, judgedHosts, liveOf, reading, unknown } from "../live/judge.ts";
import { addressesAt } from "../live/places.ts";
import { list, say } from "../messages/index.ts";
import { agrees, predict } from "../spf.ts";
import type { Outcome, Subject } from "../types.ts";
import type { Decision } from "../walk.ts";

/**
 * Who may put routes into a router's table: its daemons, and the kernel itself for what is at its interfaces. Static ones stand in
 * FRR's configuration, where live.statics holds them against the design; 196 is zebra's number for them where ip has no name for it.
 */
const EXPECTED_PROTOCOLS: ReadonlySet<string> = new Set(["ospf", "bgp", "kernel", "ra", "keepalived", "static", "196"]);
const FAMILIES: readonly Family[] = ["ipv4", "ipv6"];

export const liveRoutes: Check = {
  id: "live.routes",
  title: say("live.routes.title"),
  severity: "critical",
  basis: "design",
  source: "RFC 2328, 16: routes follow from links, costs and areas",
  reads: ["inventory", "live"],
  run: (context) => {
    const { province } = context;
    const live = liveOf(context);
    const fib = fibOf(province, live.hosts);
    const prediction = predict(province);
    const places = addressesAt(province);
    return judgedHosts(province, live).filter(isRouter).map((host): Outcome => {
      const subject: Subject = { kind: "host", subject: host.name, hosts: [host.name] };
      const said = reading(live, host.name, "routes4", (one) => (one.routes.ipv4.length === 0 ? undefined : one.routes));
      if ("why" in said) return unknown(subject, host, said.why);
      const typed = FAMILIES.flatMap((family) => said.value[family].filter((route) => isTyped(route)));
      if (typed.length > 0) return failure({ ...subject, evidence: { routes: typed.map(textOf) } }, sourceOf(host), "live.routes.typed", { host: host.name, routes: list(typed.map(textOf)) });
      const differing = FAMILIES.flatMap((family) => [...places].flatMap(([place, addresses]) => {
        const predicted = prediction.decision(host.name, place, family);
        const found = fib.decide(host.name, addresses[family], family);
        return agrees(waysOf(predicted), waysOf(found), family) ? [] : [{ place, family, wanted: waysOf(predicted).join(" or "), is: waysOf(found).join(" or ") }];
      }));
      const first = differing[0];
      if (first === undefined) return { ...subject, verdict: "pass" };
      return failure({ ...subject, evidence: { differing } }, sourceOf(host), first.place === "outside" ? "live.routes.default" : "live.routes.differ",
        { host: host.name, place: first.place, family: first.family, wanted: first.wanted, is: first.is, count: differing.length });
    });
  },
};

/** By hand, or by a daemon that no router runs. */
function isTyped(route: LiveRoute): boolean {
  return !EXPECTED_PROTOCOLS.has(route.protocol) && !route.nextHops.some((hop) => hop.interface === "mgmt0");
}

function textOf(route: LiveRoute): string {
  return `${route.prefix} ${route.blackhole ? "blackhole" : route.nextHops.map((hop) => `via ${hop.gateway ?? hop.interface}`).join(", ")} (${route.protocol})`;
}

/** A decision as texts that two can be compared by: the ways on, or what becomes of the packet here. */
function waysOf(decision: Decision): string[] {
  if (decision.kind === "deliver") return ["delivered here"];
  if (decision.kind === "drop") return [decision.why];
  return decision.hops.map((hop) => `${hop.host} by ${hop.link}`).toSorted();
}
