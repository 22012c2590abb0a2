/** What routers of the data center say, read from their node exporters. */
import { isUp, type LiveAdjacency } from "../../probes/adjacency.ts";
import type { AdjacencyProtocol } from "../../../infra/network/adjacency.ts";
import type { WanRouter } from "./configuration.ts";

export interface RouterReading {
  readonly neighbours: readonly LiveAdjacency[];
  /** By interface: since the interface came into being. */
  readonly receiveBytes: ReadonlyMap<string, number>;
  readonly transmitBytes: ReadonlyMap<string, number>;
  readonly carrier: ReadonlyMap<string, boolean>;
}

const TIMEOUT_MILLISECONDS = 2000;

/** @throws Error when the router does not answer, or its reporter has not for `staleSeconds`. */
export async function readRouter(router: WanRouter, neighboursFile: string, staleSeconds: number): Promise<RouterReading> {
  const response = await fetch(`http://${router.exporter}/metrics?collect[]=netdev&collect[]=textfile`, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  if (!response.ok) throw new Error(`${router.name}: its node exporter answers ${response.status}`);
  return parseRouter(await response.text(), router.name, neighboursFile, Date.now() / 1000 - staleSeconds);
}

/** A sample of the text format: name, labels, value. Values here hold neither quotes nor backslashes. */
const SAMPLE = /^([a-z_]+)\{([^}]*)\} (\S+)$/gm;
const LABEL = /([a-z_]+)="([^"]*)"/g;

/** `since`: Unix time before which the neighbours' file is stale. @throws Error when it is, or is missing. */
export function parseRouter(text: string, name: string, neighboursFile: string, since: number): RouterReading {
  const neighbours: LiveAdjacency[] = [];
  const receiveBytes = new Map<string, number>();
  const transmitBytes = new Map<string, number>();
  const carrier = new Map<string, boolean>();
  let writtenAt = -Infinity;
  for (const [, metric, inner = "", value] of text.matchAll(SAMPLE)) {
    const labels = Object.fromEntries(Array.from(inner.matchAll(LABEL), ([, key, content]) => [key as string, content as string]));
    const { device = "", interface: port = "" } = labels;
    switch (metric) {
      case "node_network_receive_bytes_total": receiveBytes.set(device, Number(value)); break;
      case "node_network_transmit_bytes_total": transmitBytes.set(device, Number(value)); break;
      case "router_interface_carrier": carrier.set(port, value === "1"); break;
      case "router_neighbour": neighbours.push(neighbourOf(labels)); break;
      case "node_textfile_mtime_seconds": if (labels["file"]?.endsWith(neighboursFile) === true) writtenAt = Number(value); break;
    }
  }
  if (writtenAt < since) throw new Error(`${name}: nothing new of its neighbours`);
  return { neighbours, receiveBytes, transmitBytes, carrier };
}

function neighbourOf({ protocol = "", neighbour = "", interface: port = "", state = "" }: Readonly<Record<string, string>>): LiveAdjacency {
  return { protocol: protocol as AdjacencyProtocol, neighbour, ...(port === "" ? {} : { interface: port }), up: isUp(state), state };
}
