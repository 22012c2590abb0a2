/** Packets sent along sampled paths: the hops they meet, the largest that gets through whole, and the hop limit they arrive with. */
import type { Host, Province } from "../../../inventory/model.ts";
import { hostsOfRole } from "../../../inventory/reach.ts";
import { hostAddress } from "../../../infra/network/resolver.ts";
import type { Vantage } from "../../../monitoring/probes/vantage.ts";
import { mapLimited } from "../../../monitoring/probes/vantage.ts";
import type { Family } from "../destinations.ts";

export interface Trace {
  /** Office that it was sent from. */
  readonly from: string;
  /** Office, or server of the data center. */
  readonly to: string;
  readonly family: Family;
  /** Addresses of the routers that answered, in order; undefined where one kept silent. */
  readonly hops: readonly (string | undefined)[];
  readonly arrived: boolean;
  /** Whether an echo request of the link's full MTU, not to be fragmented, was answered. */
  readonly fullSize: boolean;
  /** Hop limit of the answer; undefined without one. */
  readonly ttl?: number;
}

/** MTU of every link (RFC 894); no link of ours carries more. */
export const LINK_MTU = 1500;
/** IP and ICMP headers, bytes. */
const HEADERS: Readonly<Record<Family, number>> = { ipv4: 28, ipv6: 48 };
/** Offices that traces start from, spread over the inventory; all where there are no more. */
export const SAMPLED_OFFICES = 12;
const PARALLEL = 6;

/** From each sampled office to the first server of the data center and to the next sampled office, in both families. */
export async function tracePaths(province: Province, vantages: readonly Vantage[]): Promise<Trace[]> {
  const sample = sampleOf(vantages);
  const server = hostsOfRole(province, "dns")[0];
  const asked = sample.flatMap((vantage, i) => {
    const next = sample[(i + 1) % sample.length];
    const targets = [
      ...(server === undefined ? [] : [{ to: server.name, address: hostAddress(server as Host)! }]),
      ...(next === undefined || next === vantage ? [] : [{ to: next.site, address: next.address }]),
    ];
    return targets.flatMap((target) => (["ipv4", "ipv6"] as const).map((family) => ({ vantage, ...target, family })));
  });
  return (await mapLimited(asked, PARALLEL, async ({ vantage, to, address, family }) => {
    const flag = family === "ipv4" ? "-4" : "-6";
    const source = vantage.source === undefined ? { trace: "", ping: "" } : { trace: `-s ${vantage.source[family]}`, ping: `-I ${vantage.source[family]}` };
    // One probe a hop, all at once; the echo of full size meets the narrowest link.
    const { stdout, exitCode } = await vantage.run(["sh", "-c", [
      `traceroute ${flag} -I -n -q 1 -N 16 -m 16 -w 1 ${source.trace} ${address[family]}`,
      `echo @@`,
      `ping ${flag} -n -c 1 -W 1 -M do -s ${LINK_MTU - HEADERS[family]} ${source.ping} ${address[family]}`,
    ].join("\n")]);
    return exitCode === 127 ? [] : [{ from: vantage.site, to, family, ...parseTrace(stdout, address[family]) }];
  })).flat();
}

function sampleOf<T>(all: readonly T[]): T[] {
  const step = Math.max(1, all.length / SAMPLED_OFFICES);
  return Array.from({ length: Math.min(all.length, SAMPLED_OFFICES) }, (_, i) => all[Math.floor(i * step)]!);
}

/** Reads traceroute's output and ping's, with a line `@@` between them. */
export function parseTrace(text: string, address: string): Pick<Trace, "hops" | "arrived" | "fullSize" | "ttl"> {
  const [route = "", echo = ""] = text.split("@@\n");
  const all = [...route.matchAll(/^ *\d+ {2}(\S+)/gm)].map(([, hop]) => (hop === "*" ? undefined : hop));
  const at = all.indexOf(address);
  const ttl = /ttl=(\d+)/.exec(echo)?.[1];
  return { hops: at < 0 ? all : all.slice(0, at), arrived: at >= 0, fullSize: ttl !== undefined, ...(ttl === undefined ? {} : { ttl: Number(ttl) }) };
}
