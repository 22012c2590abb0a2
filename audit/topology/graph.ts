/**
 * Undirected multigraphs on small numbers, and what is linear on them.
 *
 * graphology has components but neither bridges nor articulation points; cytoscape has Hopcroft and Tarjan's algorithm, but as a
 * recursion that overflows the stack on a chain of some ten thousand nodes, and on objects (bench/audit.ts measures it). So the two
 * walks stand here, over typed arrays and without recursion.
 */

/** Vertices 0 … size − 1; edges by their index in the list given. Parallel edges count as different; loops are allowed and join nothing. */
export class Graph {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
  /** Neighbours of vertex v: positions `#first[v]` … `#first[v + 1] − 1` of the two arrays. */
  readonly first: Int32Array;
  readonly neighbour: Int32Array;
  readonly edgeAt: Int32Array;

  constructor(size: number, edges: readonly (readonly [number, number])[]) {
    this.size = size;
    this.edges = edges;
    this.first = new Int32Array(size + 1);
    for (const [a, b] of edges) {
      this.first[a + 1]! += 1;
      this.first[b + 1]! += 1;
    }
    for (let v = 0; v < size; v++) this.first[v + 1]! += this.first[v]!;
    const next = this.first.slice();
    this.neighbour = new Int32Array(2 * edges.length);
    this.edgeAt = new Int32Array(2 * edges.length);
    edges.forEach(([a, b], edge) => {
      for (const [from, to] of [[a, b], [b, a]] as const) {
        const at = next[from]!++;
        this.neighbour[at] = to;
        this.edgeAt[at] = edge;
      }
    });
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
