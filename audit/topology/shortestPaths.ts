/**
 * Shortest paths inside one OSPF area, with all first hops of equal cost (RFC 2328, 16.1). Libraries of graph algorithms give one
 * path, or all paths node by node; what routers install is the set of first hops, so this one is ours.
 */
import type { Hop } from "./walk.ts";

/** One direction of a link. */
export interface Edge extends Hop {
  readonly cost: number;
}

/** Cost from the root, and the ways out of the root that lead there at that cost. */
export interface Reach {
  readonly cost: number;
  readonly hops: readonly Hop[];
}

export type Graph = ReadonlyMap<string, readonly Edge[]>;

/** Dijkstra's algorithm. The root itself is reached at 0 by no hop. Costs must be above 0. */
export function shortestPaths(graph: Graph, root: string): Map<string, Reach> {
  const done = new Map<string, Reach>();
  const found = new Map<string, { cost: number; hops: Map<string, Hop> }>([[root, { cost: 0, hops: new Map() }]]);
  const heap = new Heap();
  heap.push(0, root);
  for (let host = heap.pop(); host !== undefined; host = heap.pop()) {
    if (done.has(host)) continue;
    const { cost, hops } = found.get(host)!;
    done.set(host, { cost, hops: [...hops.values()] });
    for (const edge of graph.get(host) ?? []) {
      const total = cost + edge.cost;
      const known = found.get(edge.host);
      if (known !== undefined && known.cost < total) continue;
      const first: Iterable<[string, Hop]> = host === root ? [[edge.link, { link: edge.link, host: edge.host }]] : hops;
      if (known?.cost === total) {
        for (const [link, hop] of first) known.hops.set(link, hop);
      } else {
        found.set(edge.host, { cost: total, hops: new Map(first) });
        heap.push(total, edge.host);
      }
    }
  }
  return done;
}

/** A binary heap of names, the least key first. */
class Heap {
  readonly #items: { key: number; name: string }[] = [];

  push(key: number, name: string): void {
    const items = this.#items;
    let at = items.push({ key, name }) - 1;
    for (let up = (at - 1) >> 1; at > 0 && items[up]!.key > items[at]!.key; at = up, up = (at - 1) >> 1) this.#swap(at, up);
  }

  pop(): string | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return undefined;
    if (items.length === 0) return top.name;
    items[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = [left, left + 1].reduce((a, b) => (b < items.length && items[b]!.key < items[a]!.key ? b : a), at);
      if (least === at) return top.name;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    [this.#items[a], this.#items[b]] = [this.#items[b]!, this.#items[a]!];
  }
}
