/** Intended against live: the routing adjacencies that the inventory implies, and those that FRR's daemons report. */
import type { Adjacency, AdjacencyProtocol } from "../../infra/network/adjacency.ts";

/** What each protocol's daemon is asked; vtysh prints one JSON document each. */
export const QUESTIONS: Readonly<Record<AdjacencyProtocol, string>> = {
  ospf2: "show ip ospf neighbor json", ospf3: "show ipv6 ospf6 neighbor json",
  bfd4: "show bfd peers json", bfd6: "show bfd peers json",
  bgp4: "show bgp summary json", bgp6: "show bgp summary json",
};

/**
 * One command that asks a router for all its neighbours. It asks the daemons that the router is meant to run and no
 * others: vtysh gives up at the first that does not run, and starting it costs more than all its answers.
 */
export function adjacencyCommand(protocols: Iterable<AdjacencyProtocol>): string {
  const questions = new Set([...protocols].map((protocol) => QUESTIONS[protocol]));
  return `vtysh ${[...questions].map((question) => `-c '${question}'`).join(" ")}`;
}

/** `neighbour` is what FRR knows the other side by: a router id for OSPF, an address for BFD and BGP. */
export interface LiveAdjacency {
  readonly protocol: AdjacencyProtocol;
  readonly neighbour: string;
  /** Absent for BGP, which FRR does not tie to an interface. */
  readonly interface?: string;
  readonly up: boolean;
  /** The state in the daemon's own word: `Full`, `Init`, `down`, `Active`. */
  readonly state: string;
}

/** State of what a host that gave no answer was to tell of: nobody knows. */
const SILENT = "not known, for the host does not answer";

export interface AdjacencyMiss extends Adjacency {
  /** What the daemon says instead of up: a state, or `absent`; or that the host does not answer. */
  readonly state: string;
}

export interface AdjacencyReport {
  readonly up: number;
  readonly total: number;
  readonly misses: readonly AdjacencyMiss[];
  /** Live but not intended, by host. */
  readonly unexpected: readonly (LiveAdjacency & { readonly host: string })[];
}

/** What tells an intended adjacency from all others. */
export function adjacencyKey({ host, protocol, interface: port, peer }: Adjacency): string {
  return `${host} ${protocol} ${port} ${peer}`;
}

/** Compares what routers said (host → output of `adjacencyCommand`) with what is intended of them. A silent router misses all of its own. */
export function compareAdjacencies(intended: readonly Adjacency[], outputs: ReadonlyMap<string, string>): AdjacencyReport {
  return matchAdjacencies(intended, new Map([...outputs].map(([host, output]) => [host, parseAdjacencies(output)])));
}

/** The same for what was read already: host → neighbours. */
export function matchAdjacencies(intended: readonly Adjacency[], live: ReadonlyMap<string, readonly LiveAdjacency[]>): AdjacencyReport {
  const matched = new Set<LiveAdjacency>();
  const misses: AdjacencyMiss[] = [];
  for (const adjacency of intended) {
    const found = live.get(adjacency.host)?.find((candidate) => isSame(adjacency, candidate));
    if (found !== undefined) matched.add(found);
    if (found?.up !== true) misses.push({ ...adjacency, state: found?.state ?? (live.has(adjacency.host) ? "absent" : SILENT) });
  }
  const unexpected = [...live].flatMap(([host, list]) => list.filter((item) => !matched.has(item)).map((item) => ({ host, ...item })));
  return { up: intended.length - misses.length, total: intended.length, misses, unexpected };
}

function isSame(intended: Adjacency, live: LiveAdjacency): boolean {
  return intended.protocol === live.protocol
    && (live.interface === undefined || live.interface === intended.interface)
    // BFD for OSPFv3 runs between link-local addresses, which no inventory knows: its interface tells it.
    && (intended.neighbour === undefined ? live.interface !== undefined && live.neighbour.startsWith("fe80:") : live.neighbour === intended.neighbour);
}

/** Whether a daemon's word for a neighbour's state means that all is well: OSPF's, BFD's, BGP's. */
export function isUp(state: string): boolean {
  return state === "Full" || state === "up" || state === "Established";
}

/** Reads the output of `adjacencyCommand` (FRR 8.4). A daemon that does not run on the host contributes nothing. */
export function parseAdjacencies(output: string): LiveAdjacency[] {
  return jsonDocuments(output).flatMap((document): LiveAdjacency[] => {
    if (Array.isArray(document)) return (document as BfdPeer[]).map(bfd);
    const { neighbors, ipv4Unicast, ipv6Unicast } = document as { neighbors?: Record<string, Ospf2Neighbour[]> | Ospf3Neighbour[]; ipv4Unicast?: BgpFamily; ipv6Unicast?: BgpFamily };
    if (Array.isArray(neighbors)) return neighbors.map(ospf3);
    if (neighbors !== undefined) return Object.entries(neighbors).flatMap(([id, list]) => list.map((n) => ospf2(id, n)));
    return [...bgp("bgp4", ipv4Unicast), ...bgp("bgp6", ipv6Unicast)];
  });
}

interface Ospf2Neighbour { readonly nbrState?: string; readonly state?: string; readonly ifaceName: string }
interface Ospf3Neighbour { readonly neighborId: string; readonly state: string; readonly interfaceName: string }
interface BfdPeer { readonly peer: string; readonly interface?: string; readonly status: string }
interface BgpFamily { readonly peers?: Record<string, { readonly state: string }> }

function ospf2(id: string, neighbour: Ospf2Neighbour): LiveAdjacency {
  // `Full/-` on a point-to-point link; `link3:10.40.2.6` names interface and own address.
  const state = (neighbour.nbrState ?? neighbour.state ?? "unknown").split("/")[0] as string;
  return { protocol: "ospf2", neighbour: id, interface: neighbour.ifaceName.split(":")[0] as string, up: isUp(state), state };
}

function ospf3({ neighborId, state, interfaceName }: Ospf3Neighbour): LiveAdjacency {
  return { protocol: "ospf3", neighbour: neighborId, interface: interfaceName, up: isUp(state), state };
}

function bfd({ peer, interface: name, status }: BfdPeer): LiveAdjacency {
  const where = name === undefined ? {} : { interface: name };
  return { protocol: peer.includes(":") ? "bfd6" : "bfd4", neighbour: peer, ...where, up: isUp(status), state: status };
}

function bgp(protocol: "bgp4" | "bgp6", family: BgpFamily | undefined): LiveAdjacency[] {
  return Object.entries(family?.peers ?? {}).map(([neighbour, { state }]) => ({ protocol, neighbour, up: isUp(state), state }));
}

/** The JSON documents of a text that strings several together, with plain text between them. */
function jsonDocuments(text: string): unknown[] {
  const documents: unknown[] = [];
  let depth = 0;
  let start = 0;
  // Strings are one token, so that a bracket inside one is not counted.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "{" || token === "[") {
      if (depth++ === 0) start = index;
    } else if ((token === "}" || token === "]") && depth > 0 && --depth === 0) {
      documents.push(JSON.parse(text.slice(start, index + 1)));
    }
  }
  return documents;
}
