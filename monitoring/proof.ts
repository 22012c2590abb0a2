/**
 * The proof that a province works: every office reaches the data center and every other office, every intended adjacency
 * is full, names are resolved, the services answer. What is missing is named; nothing is taken from state, all is measured.
 */
import { intendedAdjacencies } from "../infra/network/adjacency.ts";
import { hostAddress } from "../infra/network/resolver.ts";
import { bootedHosts, hostsOfRole } from "../inventory/index.ts";
import type { Environment, Host, Province } from "../inventory/model.ts";
import type { Access } from "./access.ts";
import { adjacencyCommand, compareAdjacencies, type AdjacencyReport } from "./probes/adjacency.ts";
import { probeNames, type NameQuestion, type NamesReport } from "./probes/names.ts";
import { probeReachability, type ReachabilityReport, type Target } from "./probes/reachability.ts";
import { mapLimited } from "./probes/vantage.ts";
import { untilGood } from "./retry.ts";
import { proveServices, type ServiceKeys, servicesAreWell, type ServicesReport } from "./serviceProof.ts";

export interface ProofReport {
  readonly reachability: ReachabilityReport;
  readonly adjacency: AdjacencyReport;
  readonly names: NamesReport;
  readonly services: ServicesReport;
  readonly ok: boolean;
  readonly durationSeconds: number;
}

export interface ProofOptions {
  /** How long routing may take to converge before a miss counts, seconds. */
  readonly patienceSeconds: number;
  /** The services to try, too. */
  readonly services?: ServiceKeys;
  readonly onProgress?: (progress: string) => void;
}

/** Services take longer to come up than routing: a mail filter reads its rules and languages for seconds, on a busy machine for many. */
const SERVICE_PATIENCE = 3;
/** Routers that do not answer are asked so many times as long as others whose neighbours are away. */
const SILENCE_PATIENCE = 3;
/** Exit code of a command on a host that did not answer, as ssh reports it. */
const UNREACHABLE = 255;
/** Routers asked at the same time. */
const PARALLEL_LOGINS = 8;

export async function prove(province: Province, environment: Environment, access: Access, options: ProofOptions): Promise<ProofReport> {
  const startedAt = performance.now();
  const deadline = startedAt + options.patienceSeconds * 1000;
  const progress = options.onProgress ?? (() => {});

  const servers = serverTargets(province);
  const reach = async (): Promise<ReachabilityReport> => await untilGood(
    deadline, (previous) => probeReachability(access.vantages, servers, previous?.misses), (r) => r.misses.length === 0,
    (r) => progress(`${count(r.sites.reached)}/${count(r.sites.total)} sites, ${count(r.pairs.reached)}/${count(r.pairs.total)} pairs`));
  const resolve = async (): Promise<NamesReport> => await untilGood(
    deadline, () => probeNames(access.vantages, (site) => nameQuestions(province, site)), (r) => r.misses.length === 0);
  const tryServices = async (): Promise<ServicesReport> =>
    await proveServices(province, access, options.services ?? {}, performance.now() + SERVICE_PATIENCE * options.patienceSeconds * 1000);
  // Names and services are asked across the network: before it carries traffic their misses say nothing.
  const [[reachability, names, services], adjacency] = await Promise.all([
    reach().then(async (report): Promise<[ReachabilityReport, NamesReport, ServicesReport]> => [report, await resolve(), await tryServices()]),
    proveAdjacency(province, environment, access, deadline),
  ]);
  const ok = reachability.misses.length + adjacency.misses.length + names.misses.length === 0 && servicesAreWell(services);
  return { reachability, adjacency, names, services, ok, durationSeconds: (performance.now() - startedAt) / 1000 };
}

/** Asks every router that is ours to ask once, then only those that miss something. */
async function proveAdjacency(province: Province, environment: Environment, access: Access, deadline: number): Promise<AdjacencyReport> {
  const ours = new Set(bootedHosts(province, environment).map((host) => host.name));
  const intended = intendedAdjacencies(province).filter((adjacency) => ours.has(adjacency.host));
  const protocols = Map.groupBy(intended, (adjacency) => adjacency.host);
  const outputs = new Map<string, string>();
  // A busy host may take long to answer: what it does not tell is no verdict yet.
  const lastDeadline = performance.now() + SILENCE_PATIENCE * (deadline - performance.now());
  const isFinal = (report: AdjacencyReport): boolean =>
    report.misses.length === 0 || (performance.now() >= deadline && report.misses.every(({ host }) => outputs.has(host)));
  return await untilGood(lastDeadline, async (previous?: AdjacencyReport) => {
    const asked = [...protocols].filter(([host]) => previous === undefined || previous.misses.some((miss) => miss.host === host));
    await mapLimited(asked, PARALLEL_LOGINS, async ([name, adjacencies]) => {
      const command = adjacencyCommand(adjacencies.map((adjacency) => adjacency.protocol));
      const { exitCode, stdout } = await access.onHost(province.hosts.get(name) as Host, command);
      if (exitCode === UNREACHABLE) outputs.delete(name);
      else outputs.set(name, stdout);
    });
    return compareAdjacencies(intended, outputs);
  }, isFinal);
}

/** The servers of the data center that every office must reach. */
function serverTargets(province: Province): Target[] {
  return [...hostsOfRole(province, "dns"), ...hostsOfRole(province, "ntp")].map((host) => ({ name: host.name, address: serverAddress(host) }));
}

function serverAddress(host: Host): Target["address"] {
  const address = hostAddress(host);
  if (address === undefined) throw new Error(`${host.name} has no address in the data center`);
  return address;
}

/** Each office asks both servers, over both families, for its own router: forward in both families, and reverse. */
function nameQuestions(province: Province, site: string): NameQuestion[] {
  const router = [...province.hosts.values()].find((host) => host.site === site && host.loopback !== undefined);
  if (router?.loopback === undefined) return [];
  const { loopback } = router;
  const name = `${router.name}.${province.services.dns.zone}.`;
  return hostsOfRole(province, "dns").flatMap((server) => {
    const { ipv4, ipv6 } = serverAddress(server);
    return [
      { server: ipv4, name, type: "A" as const, answer: loopback.ipv4 },
      { server: ipv6, name, type: "AAAA" as const, answer: loopback.ipv6 },
      { server: ipv4, name: loopback.ipv4, type: "PTR" as const, answer: name },
      { server: ipv6, name: loopback.ipv6, type: "PTR" as const, answer: name },
    ];
  });
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
