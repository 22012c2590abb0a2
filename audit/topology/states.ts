/** The network as routing has it, when all stands and after each failure of one link or one router: who is cut off, and what the links carry. */
import type { Province } from "../../inventory/model.ts";
import type { AuditContext } from "./check.ts";
import { siteDemands, type SiteDemand } from "./demand.ts";
import type { Network } from "./network.ts";
import { impactsOf, type Impact } from "./resilience.ts";
import { DATACENTER, predict, type Path, type Prediction } from "./spf.ts";

/** What one direction of a link carries in one case, kbit/s. `from` is the router that sends. */
export interface Load {
  readonly link: string;
  readonly from: string;
  readonly case: string;
  readonly kbps: number;
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
  const loads = new Map<string, { link: string; from: string; case: string; kbps: number }>();
  const put = (paths: readonly Path[], of: string, kbps: number): void => {
    const delivered = paths.filter(({ end }) => end === "delivered");
    for (const { hosts, links } of delivered) {
      links.forEach((link, i) => {
        const [from, key] = [hosts[i]!, `${link} ${hosts[i]!} ${of}`];
        const load = loads.get(key) ?? { link, from, case: of, kbps: 0 };
        load.kbps += kbps / delivered.length;
        loads.set(key, load);
      });
    }
  };
  for (const site of sites) {
    const [there, back] = [prediction.paths(site, DATACENTER), prediction.paths(DATACENTER, site)];
    for (const demand of demands.get(site) ?? []) {
      put(there, demand.case, demand.up);
      put(back, demand.case, demand.down);
    }
  }
  return [...loads.values()];
}
