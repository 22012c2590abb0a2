/** The network as routing has it, when all stands and after each failure of one link or one router: who is cut off, and what the links carry. */
import type { Province } from "../../inventory/model.ts";
import type { AuditContext } from "./check.ts";
import { siteDemands, type SiteDemand } from "./demand.ts";
import type { Network } from "./network.ts";
import { impactsOf, type Impact } from "./resilience.ts";
import { DATACENTER, predict, type Path, type Prediction } from "./spf.ts";

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

/** The whole network first, then each single link and router. Worked out once a network. */
export function statesOf({ province, network }: Pick<AuditContext, "province" | "network">): readonly State[] {
  const known = states.get(network);
  if (known !== undefined) return known;
  const demands = Map.groupBy(province.demand === undefined ? [] : siteDemands(province, province.demand), ({ site }) => site);
  const single = impactsOf(province, network).filter(({ kind }) => kind !== "risk");
  const found = [undefined, ...single].map((failure) => stateAfter(province, network, demands, failure));
  states.set(network, found);
  return found;
}

function stateAfter(province: Province, { sites }: Network, demands: ReadonlyMap<string, readonly SiteDemand[]>, failure: Impact | undefined): State {
  const prediction = predict(province, { failed: new Set(failure && [...failure.hosts, ...failure.links]) });
  const cut = sites.filter(({ site }) => !prediction.reachable(site.slug, DATACENTER)).map(({ site }) => site.slug);
  return { failure, cut, loads: demands.size === 0 ? [] : loadsOf(prediction, sites.map(({ site }) => site.slug), demands) };
}

/** Traffic of both directions on its predicted paths; equal paths share it evenly, and what is not delivered is not sent. */
function loadsOf(prediction: Prediction, sites: readonly string[], demands: ReadonlyMap<string, readonly SiteDemand[]>): Load[] {
  const cases = [...demands.values()][0]!.map((demand) => demand.case);
  // By link and sender, one rate a case.
  const rates = new Map<string, Map<string, Float64Array>>();
  const put = (paths: readonly Path[], kbps: readonly number[]): void => {
    const delivered = paths.filter(({ end }) => end === "delivered");
    for (const { hosts, links } of delivered) {
      for (const [i, link] of links.entries()) {
        let senders = rates.get(link);
        if (senders === undefined) rates.set(link, (senders = new Map()));
        let rate = senders.get(hosts[i]!);
        if (rate === undefined) senders.set(hosts[i]!, (rate = new Float64Array(cases.length)));
        for (let n = 0; n < kbps.length; n++) rate[n]! += kbps[n]! / delivered.length;
      }
    }
  };
  for (const site of sites) {
    const asked = demands.get(site) ?? [];
    put(prediction.paths(site, DATACENTER), asked.map(({ up }) => up));
    put(prediction.paths(DATACENTER, site), asked.map(({ down }) => down));
  }
  return [...rates].flatMap(([link, senders]) => [...senders].map(([from, kbps]): Load => ({ link, from, kbps: [...kbps] })));
}
