/**
 * Undirected multigraphs on small numbers, and what is linear on them.
 *
 * graphology has components but neither bridges nor articulation points; Cytoscape has Hopcroft and Tarjan's algorithm, but as a
 * recursion that overflows the stack on a chain of three thousand nodes, and on objects that cost a hundred times as much
 * (bench/audit.ts measures it). So the walk stands here, over typed arrays and without recursion.
 */

/** Vertices 0 … size − 1; edges by their place in the lists given. Parallel edges count as different; loops are allowed and join nothing. */
export class Graph {
  readonly size: number;
  /** The two ends of each edge. */
  readonly tails: ArrayLike<number>;
  readonly heads: ArrayLike<number>;
  /** Neighbours of vertex v, and the edges to them: places `first[v]` … `first[v + 1] − 1`. */
  readonly first: Int32Array;
  readonly neighbour: Int32Array;
  readonly edgeAt: Int32Array;

  constructor(size: number, tails: ArrayLike<number>, heads: ArrayLike<number>) {
    this.size = size;
    this.tails = tails;
    this.heads = heads;
    const count = tails.length;
    const first = new Int32Array(size + 2);
    // Two places on, so that filling in moves each start to where it belongs.
    for (let edge = 0; edge < count; edge++) {
      first[tails[edge]! + 2]!++;
      first[heads[edge]! + 2]!++;
    }
    for (let v = 2; v <= size; v++) first[v]! += first[v - 1]!;
    this.neighbour = new Int32Array(2 * count);
    this.edgeAt = new Int32Array(2 * count);
    for (let edge = 0; edge < count; edge++) {
      const [a, b] = [tails[edge]!, heads[edge]!];
      const [atA, atB] = [first[a + 1]!++, first[b + 1]!++];
      this.neighbour[atA] = b;
      this.edgeAt[atA] = edge;
      this.neighbour[atB] = a;
      this.edgeAt[atB] = edge;
    }
    this.first = first;
  }

  /** A graph from its edges as pairs of vertices. */
  static of(size: number, edges: readonly (readonly [number, number])[]): Graph {
    return new Graph(size, Int32Array.from(edges, ([a]) => a), Int32Array.from(edges, ([, b]) => b));
  }

  get edges(): number {
    return this.tails.length;
  }
}

/** Which vertices can be reached from `start`, over edges and vertices that `passes` lets through; 1 for those that can. */
export function reachable(graph: Graph, start: number, passes: { readonly edge?: (edge: number) => boolean; readonly vertex?: (vertex: number) => boolean } = {}): Uint8Array {
  const seen = new Uint8Array(graph.size);
  if (passes.vertex?.(start) === false) return seen;
  seen[start] = 1;
  const queue = [start];
  for (let v = queue.pop(); v !== undefined; v = queue.pop()) {
    for (let i = graph.first[v]!; i < graph.first[v + 1]!; i++) {
      const to = graph.neighbour[i]!;
      if (seen[to] === 1 || passes.edge?.(graph.edgeAt[i]!) === false || passes.vertex?.(to) === false) continue;
      seen[to] = 1;
      queue.push(to);
    }
  }
  return seen;
}

/** A depth-first walk over all of a graph. Vertices stand in `order` before those that were reached through them. */
export interface Walk {
  readonly order: Int32Array;
  /** Position in `order`. */
  readonly position: Int32Array;
  /** The vertex and the edge that led to a vertex; −1 where a part begins. */
  readonly parent: Int32Array;
  readonly parentEdge: Int32Array;
  /** The lowest position that is reached from a vertex or what lies below it, by one edge that is not the one that led here. */
  readonly low: Int32Array;
}

/** Tarjan's walk, without recursion: a chain of many thousand vertices must not end in a stack overflow. Linear. */
export function walk(graph: Graph, start = 0): Walk {
  const { size, first, neighbour, edgeAt } = graph;
  const order = new Int32Array(size);
  const [position, parent, parentEdge] = [new Int32Array(size).fill(-1), new Int32Array(size).fill(-1), new Int32Array(size).fill(-1)];
  const low = new Int32Array(size);
  const next = first.slice(0, size);
  let walked = 0;
  const enter = (v: number): void => {
    order[walked] = v;
    position[v] = low[v] = walked++;
  };
  for (let i = -1; i < size; i++) {
    const root = i === -1 ? start : i;
    if (root >= size || position[root] !== -1) continue;
    enter(root);
    for (let v = root; v !== -1;) {
      if (next[v]! < first[v + 1]!) {
        const at = next[v]!++;
        const to = neighbour[at]!;
        if (edgeAt[at] === parentEdge[v]) continue;
        if (position[to] === -1) {
          parent[to] = v;
          parentEdge[to] = edgeAt[at]!;
          enter(to);
          v = to;
        } else if (position[to]! < low[v]!) low[v] = position[to]!;
        continue;
      }
      const up = parent[v]!;
      if (up !== -1 && low[v]! < low[up]!) low[up] = low[v]!;
      v = up;
    }
  }
  return { order, position, parent, parentEdge, low };
}

/** The parts that no single edge's loss takes apart, numbered from 0 in the walk's order, and which edges join them (bridges). */
export function twoEdgeComponents(graph: Graph, { order, position, parent, parentEdge, low }: Walk = walk(graph)): { readonly component: Int32Array; readonly count: number; readonly bridges: readonly number[] } {
  const component = new Int32Array(graph.size);
  const bridges: number[] = [];
  let count = 0;
  for (const v of order) {
    const up = parent[v]!;
    const isBridge = up !== -1 && low[v]! > position[up]!;
    if (isBridge) bridges.push(parentEdge[v]!);
    component[v] = up === -1 || isBridge ? count++ : component[up]!;
  }
  return { component, count, bridges };
}

/**
 * Blocks: the parts that no single vertex's loss takes apart. `block[v]` is the block of the edge that led to v (−1 where a part
 * begins), `top[b]` the vertex of block b that the walk came to first. A vertex on top of several blocks is an articulation point.
 */
export function blocks(graph: Graph, { order, position, parent, low }: Walk = walk(graph)): { readonly block: Int32Array; readonly top: readonly number[] } {
  const block = new Int32Array(graph.size).fill(-1);
  const top: number[] = [];
  for (const v of order) {
    const up = parent[v]!;
    if (up === -1) continue;
    // Above a root there is no block to go on with.
    if (low[v]! >= position[up]! || block[up] === -1) block[v] = top.push(up) - 1;
    else block[v] = block[up]!;
  }
  return { block, top };
}

/** Whether no single vertex between two vertices takes them apart: they share a block. */
export function shareBlock({ block, top }: ReturnType<typeof blocks>, a: number, b: number): boolean {
  const [ofA, ofB] = [block[a]!, block[b]!];
  return a === b || (ofA !== -1 && (ofA === ofB || top[ofA] === b)) || (ofB !== -1 && top[ofB] === a);
}
