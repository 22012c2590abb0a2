/**
 * Where a packet goes, hop by hop, under given forwarding decisions: those that the model predicts, or those that were read
 * from the kernels of live routers. Every branch of equal-cost routes is followed.
 */

/** A way out of a router: the link, and the router at its other end. */
export interface Hop {
  readonly link: string;
  readonly host: string;
}

/** What a router does with a packet. */
export type Decision =
  | { readonly kind: "deliver" }
  | { readonly kind: "forward"; readonly hops: readonly Hop[] }
  | { readonly kind: "drop"; readonly why: DropReason };

/** Why a packet goes no further. `lost` is a link that carries nothing although routing still uses it. */
export type DropReason = "no-route" | "discarded" | "filtered" | "down" | "lost" | "unread";

export interface Path {
  /** Routers in order, the first one included. */
  readonly hosts: readonly string[];
  /** Links between them: one less than hosts. */
  readonly links: readonly string[];
  readonly end: "delivered" | "loop" | DropReason;
}

/** `cameBy` is undefined at the first router. */
export type Forwarding = (host: string, cameBy: Hop | undefined) => Decision;

/** Branches followed at most; equal costs at k hubs multiply, and past this all that matters is known. */
const MOST_PATHS = 1024;

/** Every path from `start`, at most 1,024, in the order in which routers name their hops. */
export function walk(start: string, forwarding: Forwarding): Path[] {
  const paths: Path[] = [];
  const follow = (host: string, hosts: readonly string[], links: readonly string[], cameBy: Hop | undefined): void => {
    if (paths.length >= MOST_PATHS) return;
    if (hosts.includes(host)) {
      paths.push({ hosts: [...hosts, host], links, end: "loop" });
      return;
    }
    const here = [...hosts, host];
    const decision = forwarding(host, cameBy);
    if (decision.kind === "deliver") paths.push({ hosts: here, links, end: "delivered" });
    else if (decision.kind === "drop") paths.push({ hosts: here, links, end: decision.why });
    else for (const hop of decision.hops) follow(hop.host, here, [...links, hop.link], hop);
  };
  follow(start, [], [], undefined);
  return paths;
}

/** Whether every branch arrives, and there is one. */
export function arrives(paths: readonly Path[]): boolean {
  return paths.length > 0 && paths.every((path) => path.end === "delivered");
}

/** A path as one text: `r-vinh > agg1 > core1 > fw1`, with what stopped it where something did. */
export function pathText(path: Path): string {
  return `${path.hosts.join(" > ")}${path.end === "delivered" ? "" : ` (${path.end})`}`;
}
