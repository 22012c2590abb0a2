/** Whom a router must see again after a change of it: the adjacencies that the inventory intends, as its host can look for them. */
import { readFileSync } from "node:fs";
import type { HostNeighbours } from "../host/intent.ts";
import type { Province } from "../../inventory/model.ts";
import { type Adjacency, intendedAdjacencies } from "./adjacency.ts";

const PROGRAM = readFileSync(new URL("remote/neighbours.py", import.meta.url), "utf8");

/** Host name → whom it must see, for every router that has a link. */
export function intendedNeighbours(province: Province): Map<string, HostNeighbours> {
  const probe = probeOf(province);
  const byHost = Map.groupBy(intendedAdjacencies(province), (adjacency) => adjacency.host);
  return new Map([...byHost].map(([host, adjacencies]) => [host, {
    probe,
    expected: Object.fromEntries(adjacencies.map((one) => [lineOf(province, one), `${one.peer} (${one.protocol} on ${one.interface})`])),
  }]));
}

/** A router whose FRR does not run sees nobody, and is not made to start Python for that. */
function probeOf({ routing: { ospf, bfd } }: Province): string {
  const [dead, detect] = [ospf.deadSeconds * 1000, bfd.intervalMilliseconds * bfd.multiplier];
  return `[ -S /run/frr/zebra.vty ] || exit 0\nexec python3 -IS - ${dead} ${detect} <<'END'\n${PROGRAM}END\n`;
}

/**
 * The adjacency as the probe prints it. FRR ties neither BGP nor the BFD that follows it at a hand-off to an
 * interface; and BFD after OSPFv3 knows link-local addresses only.
 */
function lineOf(province: Province, { protocol, link, interface: name, neighbour }: Adjacency): string {
  const isBound = link !== undefined && province.links.get(link)?.role !== "handoff";
  return `${protocol} ${isBound ? name : "-"} ${neighbour ?? "link-local"}`;
}
