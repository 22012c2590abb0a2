/** What if, carried out: a twin suffers the failure, and what becomes of it is held against the prediction. */
import { setTimeout as sleep } from "node:timers/promises";
import { hasBfd, isRouter } from "../../../infra/network/router.ts";
import { hostAddress } from "../../../infra/network/resolver.ts";
import { cutLink, restoreLink, twinName } from "../../../infra/twin/index.ts";
import { Failure } from "../../../inventory/failure.ts";
import type { Environment, Province } from "../../../inventory/model.ts";
import { bootedHosts, hostsOfRole } from "../../../inventory/reach.ts";
import type { Access } from "../../../monitoring/access.ts";
import { probeReachability } from "../../../monitoring/probes/reachability.ts";
import type { Family } from "../destinations.ts";
import { agrees, DATACENTER, predict, type Prediction } from "../spf.ts";
import { pathText } from "../walk.ts";
import { type Cause, FAMILIES, failedBy, offices, witnessOf } from "../whatIf.ts";
import { Fib } from "./fib.ts";
import { type LiveHost, parseInterfaces, parseRoutes } from "./host.ts";
import { addressesAt } from "./places.ts";
import { type ClassLoss, Streams } from "./streams.ts";

export interface Disagreement {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  readonly about: "paths" | "reachability";
  readonly predicted: string;
  readonly found: string;
}

export interface Execution {
  readonly cause: string;
  /** From the cut until forwarding tables were as predicted, and from the restoration until they were as before, seconds; undefined when patience ended first. */
  readonly settledSeconds?: number;
  readonly healedSeconds?: number;
  readonly disagreements: readonly Disagreement[];
  /** What one office's packets to the data center lost meanwhile. */
  readonly losses: { readonly site: string; readonly classes: readonly ClassLoss[] } | undefined;
}

/** Patience with routing: OSPF's dead timer and the BGP session's return take some seconds on a busy machine. */
const PATIENCE_SECONDS = 40;
const PAUSE_MILLISECONDS = 500;
/** Tables that have been as predicted for so long are taken as settled. */
const CALM_LOOKS = 2;

const LOOK = "ip -j -s addr show; echo @@; ip -j -4 route show; echo @@; ip -j -6 route show";

/**
 * Carries causes out one after the other. A twin that is not as predicted before anything is broken is refused. What was cut is
 * restored before this ends, whatever ends it; `signal` ends it after the cause under way.
 */
export async function execute(province: Province, environment: Environment, access: Access, causes: readonly Cause[], options: { readonly signal: AbortSignal; readonly onDone?: (execution: Execution) => void }): Promise<Execution[]> {
  const life = new Life(province, environment, access);
  const before = await life.settle(predict(province), options.signal);
  if (before.disagreements.length > 0) {
    const [first] = before.disagreements as [Disagreement];
    throw new Failure(`before anything is broken, the way from ${first.from} to ${first.to} (${first.family}) is ${first.found}, not ${first.predicted}`, { advice: "Find out why: ./egov audit topology --live; ./egov status names links that are cut." });
  }
  const executions: Execution[] = [];
  for (const cause of causes) {
    if (options.signal.aborted) break;
    const execution = await suffer(province, environment, access, life, cause, options.signal);
    executions.push(execution);
    options.onDone?.(execution);
  }
  return executions;
}

async function suffer(province: Province, environment: Environment, access: Access, life: Life, cause: Cause, signal: AbortSignal): Promise<Execution> {
  const twin = twinName(province, environment);
  const prediction = predict(province, { failed: failedBy(cause) });
  const site = witnessOf(province, cause);
  const vantage = access.vantages.find((one) => one.site === site);
  const server = hostsOfRole(province, "dns")[0];
  await using streams = vantage === undefined || server === undefined ? undefined : await Streams.start(vantage, hostAddress(server)!.ipv4);
  const cut: string[] = [];
  let settled: Settled | undefined;
  let misses: Disagreement[] = [];
  try {
    for (const link of cause.links) {
      // Noted first: half a cut has to be restored as well.
      cut.push(link);
      await cutLink(twin, link);
    }
    settled = await life.settle(prediction, signal, noticedAfterSeconds(province, cause));
    misses = signal.aborted ? [] : await compareReachability(province, access, prediction);
  } finally {
    const errors = await Promise.allSettled(cut.map((link) => restoreLink(twin, link)));
    const failed = errors.find((one) => one.status === "rejected");
    if (failed !== undefined) throw new Failure(`a link could not be restored: ${String(failed.reason)}`, { advice: "./egov status names the links that are cut, ./egov twin restore LINK mends them." });
  }
  const healed = await life.settle(predict(province), signal);
  const classes = await streams?.stop();
  return {
    cause: cause.name,
    ...(settled.seconds === undefined ? {} : { settledSeconds: settled.seconds }),
    ...(healed.seconds === undefined ? {} : { healedSeconds: healed.seconds }),
    disagreements: [...settled.disagreements, ...misses, ...healed.disagreements.map((one) => ({ ...one, found: `${one.found} (after all was restored)` }))],
    losses: classes === undefined || site === undefined ? undefined : { site, classes },
  };
}

/** How long routers may take to notice a silent cut: before, nothing can be said of what they make of it. */
function noticedAfterSeconds(province: Province, cause: Cause): number {
  const { bfd, ospf } = province.routing;
  const watched = cause.links.every((link) => hasBfd(province, province.links.get(link)!));
  return 1 + (watched ? (bfd.intervalMilliseconds * bfd.multiplier) / 1000 : ospf.deadSeconds);
}

/** What echo requests between all offices and to the data center say, in both families. */
async function compareReachability(province: Province, access: Access, prediction: Prediction): Promise<Disagreement[]> {
  const server = hostsOfRole(province, "dns")[0];
  const targets = server === undefined ? [] : [{ name: DATACENTER, address: hostAddress(server)! }];
  const wrong = async (only?: readonly { from: string; to: string; family: Family }[]): Promise<Disagreement[]> => {
    const report = await probeReachability(access.vantages, targets);
    const missed = new Set(report.misses.map(({ from, to, family }) => `${from} ${to} ${family}`));
    const places = [...offices(province), DATACENTER];
    return offices(province).flatMap((from) => places.filter((to) => to !== from).flatMap((to) => FAMILIES.flatMap((family): Disagreement[] => {
      if (only !== undefined && !only.some((one) => one.from === from && one.to === to && one.family === family)) return [];
      const outlook = prediction.outlook(from, to, family);
      const reached = !missed.has(`${from} ${to} ${family}`);
      return outlook === "some" || (outlook === "yes") === reached ? [] : [{ from, to, family, about: "reachability", predicted: outlook === "yes" ? "reached" : "not reached", found: reached ? "reached" : "not reached" }];
    })));
  };
  const first = await wrong();
  // An echo that is late on a busy machine is no disagreement: whatever is one is asked again.
  return first.length === 0 ? [] : await wrong(first);
}

interface Settled {
  readonly seconds?: number;
  readonly disagreements: readonly Disagreement[];
}

/** The forwarding tables of all routers, looked at again and again over the same sessions. */
class Life {
  readonly #province: Province;
  readonly #environment: Environment;
  readonly #access: Pick<Access, "onHost">;

  constructor(province: Province, environment: Environment, access: Pick<Access, "onHost">) {
    this.#province = province;
    this.#environment = environment;
    this.#access = access;
  }

  /** Waits until all paths are as predicted, for at least so long, and says which are not when patience ends. */
  async settle(prediction: Prediction, signal: AbortSignal, atLeastSeconds = 0): Promise<Settled> {
    const startedAt = performance.now();
    let calm = 0;
    let since = 0;
    for (;;) {
      const at = (performance.now() - startedAt) / 1000;
      const disagreements = this.#compare(prediction, await this.#look());
      if (disagreements.length > 0) calm = 0;
      else if (calm++ === 0) since = at;
      if (calm >= CALM_LOOKS && at >= atLeastSeconds) return { seconds: since, disagreements };
      if (at > PATIENCE_SECONDS || signal.aborted) return { disagreements: signal.aborted ? [] : disagreements };
      await sleep(PAUSE_MILLISECONDS);
    }
  }

  async #look(): Promise<Map<string, LiveHost>> {
    const routers = bootedHosts(this.#province, this.#environment).filter(isRouter);
    const looks = await Promise.all(routers.map(async (host): Promise<[string, LiveHost][]> => {
      const { exitCode, stdout } = await this.#access.onHost(host, LOOK);
      if (exitCode !== 0) return [];
      const [addresses = "[]", v4 = "[]", v6 = "[]"] = stdout.split("@@\n");
      return [[host.name, { interfaces: parseInterfaces(addresses), routes: { ipv4: parseRoutes(v4, "0.0.0.0/0", 32), ipv6: parseRoutes(v6, "::/0", 128) }, pings: [], unreadable: {} }]];
    }));
    return new Map(looks.flat());
  }

  #compare(prediction: Prediction, hosts: ReadonlyMap<string, LiveHost>): Disagreement[] {
    const fib = new Fib(this.#province, hosts);
    const places = addressesAt(this.#province);
    return [...places.keys()].flatMap((from) => [...places].filter(([to]) => to !== from).flatMap(([to, addresses]) => FAMILIES.flatMap((family): Disagreement[] => {
      const predicted = prediction.paths(from, to, family);
      const start = predicted[0]?.hosts[0];
      const wanted = predicted.map(pathText);
      const is = start === undefined ? [] : fib.paths(start, addresses[family], family).map(pathText);
      return agrees(wanted, is, family) ? [] : [{ from, to, family, about: "paths", predicted: textOf(wanted), found: textOf(is) }];
    })));
  }
}

function textOf(paths: readonly string[]): string {
  return [...new Set(paths)].toSorted().join(" | ");
}
