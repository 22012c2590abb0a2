/** The network as routing has it, when all stands and after each failure of one link or one router: who is cut off, and what the links carry. */
import { BACKBONE } from "../../infra/network/router.ts";
import type { Province } from "../../inventory/model.ts";
import { sourceOf } from "../../inventory/source.ts";
import type { AuditContext } from "./check.ts";
import { siteDemands, type SiteDemand } from "./demand.ts";
import { say } from "./messages/index.ts";
import type { Network } from "./network.ts";
import { impactsOf, type Impact } from "./resilience.ts";
import { DATACENTER, predict, type Path } from "./spf.ts";
import type { Outcome } from "./types.ts";
import { arrives } from "./walk.ts";

/** What one direction of a link carries, kbit/s in each of the demand's cases. `from` is the router that sends. */
export interface Load {
  readonly link: string;
  readonly from: string;
  readonly kbps: readonly number[];
}

export interface State {
  /** Undefined when all stands. */
  readonly failure: Impact | undefined;
  /** Offices that do not reach the data center and back, as routing decides. */
  readonly cut: readonly string[];
  /** Without entry: nothing. */
  readonly loads: readonly Load[];
}

const states = new WeakMap<Network, readonly State[]>();

/** Above so many journeys, a journey for each failure and office, they would take minutes: some 700 routers. */
const MOST_JOURNEYS = 1_500_000;

/** Whether the states after every failure can be worked out in a time that anybody waits for. */
export function canFollow({ province, network }: Pick<AuditContext, "province" | "network">): boolean {
  return impactsOf(province, network).filter(({ kind }) => kind !== "risk").length * network.sites.length <= MOST_JOURNEYS;
}

/** What checks of those states say of a network that is too large for them. */
export function tooLarge({ province, network }: AuditContext): Outcome[] {
  const values = { offices: network.sites.length };
  return [{ kind: "province", subject: province.slug, verdict: "unknown", at: sourceOf(province), finding: say("states.tooLarge", values), remedy: say("states.tooLarge.remedy") }];
}

/** The network with nothing broken. */
export function wholeState({ province, network }: Pick<AuditContext, "province" | "network">): State {
  return stateOf(journeysOf(province, network, undefined), demandsOf(province), undefined);
}

/** The whole network first, then each single link and router. Worked out once a network. */
export function statesOf({ province, network }: Pick<AuditContext, "province" | "network">): readonly State[] {
  const known = states.get(network);
  if (known !== undefined) return known;
  const demands = demandsOf(province);
  const whole = journeysOf(province, network, undefined);
  const single = impactsOf(province, network).filter(({ kind }) => kind !== "risk");
  const found = [stateOf(whole, demands, undefined), ...single.map((failure) => stateOf(journeysOf(province, network, failure, whole), demands, failure))];
  states.set(network, found);
  return found;
}

function demandsOf(province: Province): ReadonlyMap<string, readonly SiteDemand[]> {
  return Map.groupBy(province.demand === undefined ? [] : siteDemands(province, province.demand), ({ site }) => site);
}

/** An office's ways to the data center and back. */
export interface Journey {
  readonly site: string;
  readonly there: readonly Path[];
  readonly back: readonly Path[];
}

/**
 * Every office's journeys after a failure. An area but the backbone is nobody's way but its own offices' (RFC 2328, 3.2: between areas
 * everything crosses the backbone), so where only such areas miss something, the offices of all others go as in the `whole` network.
 */
export function journeysOf(province: Province, { sites }: Network, failure: Impact | undefined, whole?: readonly Journey[]): Journey[] {
  const prediction = predict(province, { failed: new Set(failure && [...failure.hosts, ...failure.links]) });
  const touched = whole === undefined || failure === undefined ? undefined : touchedAreas(province, failure);
  return sites.map(({ site }, i): Journey => {
    if (touched !== undefined && site.area !== undefined && !touched.has(site.area)) return whole![i]!;
    return { site: site.slug, there: prediction.paths(site.slug, DATACENTER), back: prediction.paths(DATACENTER, site.slug) };
  });
}

/** The areas that miss a link; undefined where the backbone is among them. */
function touchedAreas(province: Province, { hosts, links }: Impact): ReadonlySet<string> | undefined {
  const backbone = province.routing.areas.find(({ id }) => id === BACKBONE)?.name;
  const gone = [...province.links.values()].filter(({ name, ends }) => links.includes(name) || ends.some(({ host }) => hosts.includes(host)));
  const areas = new Set(gone.map(({ area }) => area).filter((area) => area !== undefined));
  return backbone === undefined || areas.has(backbone) || gone.some(({ area }) => area === undefined) ? undefined : areas;
}

function stateOf(journeys: readonly Journey[], demands: ReadonlyMap<string, readonly SiteDemand[]>, failure: Impact | undefined): State {
  const cut = journeys.filter(({ there, back }) => !arrives(there) || !arrives(back)).map(({ site }) => site);
  return { failure, cut, loads: demands.size === 0 ? [] : loadsOf(journeys, demands) };
}

/** Traffic of both directions on its predicted paths; equal paths share it evenly, and what is not delivered is not sent. */
function loadsOf(journeys: readonly Journey[], demands: ReadonlyMap<string, readonly SiteDemand[]>): Load[] {
  const cases = [...demands.values()][0]!.length;
  // By link and sender, one rate a case.
  const rates = new Map<string, Map<string, Float64Array>>();
  const put = (paths: readonly Path[], kbps: readonly number[]): void => {
    const delivered = paths.filter(({ end }) => end === "delivered");
    for (const { hosts, links } of delivered) {
      for (const [i, link] of links.entries()) {
        let senders = rates.get(link);
        if (senders === undefined) rates.set(link, (senders = new Map()));
        let rate = senders.get(hosts[i]!);
        if (rate === undefined) senders.set(hosts[i]!, (rate = new Float64Array(cases)));
        for (let n = 0; n < kbps.length; n++) rate[n]! += kbps[n]! / delivered.length;
      }
    }
  };
  for (const { site, there, back } of journeys) {
    const asked = demands.get(site) ?? [];
    put(there, asked.map(({ up }) => up));
    put(back, asked.map(({ down }) => down));
  }
  return [...rates].flatMap(([link, senders]) => [...senders].map(([from, kbps]): Load => ({ link, from, kbps: [...kbps] })));
}
