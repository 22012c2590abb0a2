/**
 * What each of many failures does to the ways between sites and the data center.
 *
 * One search a failure would take the square of the network's size. Instead the list of failures is halved again and again. On the way
 * down to one half, whatever fails only in the other half stands for good, and what stands for good is drawn together: parts that no
 * single edge takes apart become one vertex, trees that nothing of this half touches are folded into where they hang, and chains become
 * one edge. So what is left to look at is never larger than the failures that are still open, and all failures together take
 * O(t log f) steps, t being the number of edges in all failures and f the number of failures.
 */
import { bagOf, join, sitesIn, type Bag } from "./bag.ts";
import { Graph, twoEdgeComponents, walk } from "./graph.ts";

/** What is left of the sites' ways when something fails. Indexes into the list of sites. */
export interface Effect {
  /** Sites that reached the root before and do not now. */
  readonly lost: readonly number[];
  /** Sites that had two ways (no single edge cuts them off) and have only one left. */
  readonly thinned: readonly number[];
  /** How many of `lost` had two ways: those whose loss no single edge explains. */
  readonly soundLost: number;
}

export interface Baseline {
  /** Sites that reach the root, and of those the ones that no single edge cuts off; 1 for those that do. */
  readonly connected: Uint8Array;
  readonly sound: Uint8Array;
}

interface Problem {
  readonly graph: Graph;
  readonly root: number;
  /** The vertex of each site. */
  readonly sites: readonly number[];
}

/** Which sites reach the root, and which do so whatever single edge is cut, with nothing broken. */
export function baseline({ graph, root, sites }: Problem): Baseline {
  const walked = walk(graph, root);
  const { component } = twoEdgeComponents(graph, walked);
  // The walk begins at the root, so that its part holds all up to the first vertex that nothing led to.
  const start = new Int32Array(graph.size);
  for (const v of walked.order) start[v] = walked.parent[v] === -1 ? v : start[walked.parent[v]!]!;
  return {
    connected: Uint8Array.from(sites, (v) => (start[v] === root ? 1 : 0)),
    sound: Uint8Array.from(sites, (v) => (component[v] === component[root] ? 1 : 0)),
  };
}

/**
 * The effect of each failure, a failure being the list of edges that are gone at once. Effects are made out one by one and handed to
 * `use`, in no order; reading their lists takes as long as they are.
 */
export function effectsOf(problem: Problem, failures: readonly (readonly number[])[], use: (failure: number, effect: Effect) => void): void {
  if (failures.length === 0) return;
  const { graph, root, sites } = problem;
  const { connected, sound } = baseline(problem);
  const strong: (Bag | undefined)[] = Array.from({ length: graph.size }, () => undefined);
  // Sites that never reach the root cannot be lost.
  sites.forEach((v, i) => { if (connected[i] === 1) strong[v] = join(strong[v], bagOf(i, sound[i] === 1)); });
  const stamp = new Int32Array(graph.edges).fill(-1);
  let token = 0;
  // Failures that share edges stand together and large ones high up in the tree, so that less stays open on the way down.
  const begins = failures.map((edges) => edges.reduce((least, edge) => Math.min(least, edge), graph.edges));
  const order = failures.map((_, failure) => failure).sort((a, b) => begins[a]! - begins[b]!);
  const weight = [0];
  for (const failure of order) weight.push(weight.at(-1)! + failures[failure]!.length + 1);

  /** `state` holds the edges of failures `from` … `to` − 1 open, and all others for good. */
  const halve = (state: State, open: readonly OpenEdge[], from: number, to: number): void => {
    token += 1;
    const own = token;
    for (let f = from; f < to; f++) for (const edge of failures[order[f]!]!) stamp[edge] = own;
    const still: OpenEdge[] = [];
    const standing: Edge[] = [...state.edges];
    for (const edge of open) {
      if (stamp[edge.id] === own) still.push(edge);
      else standing.push({ a: edge.a, b: edge.b, strong: undefined, weak: undefined });
    }
    // The last half has one failure, and of that everything is gone.
    const kept = to - from === 1 ? [] : still;
    const reduced = reduce({ ...state, edges: standing }, kept);
    if (to - from === 1) {
      const { lost, weak } = reduced.state;
      use(order[from]!, { lost: sitesIn(lost), thinned: sitesIn(weak[reduced.state.root], true), soundLost: lost?.sound ?? 0 });
      return;
    }
    const half = (weight[from]! + weight[to]!) / 2;
    let middle = from + 1;
    while (middle < to - 1 && weight[middle + 1]! <= half) middle += 1;
    halve(reduced.state, reduced.open, from, middle);
    halve(reduced.state, reduced.open, middle, to);
  };

  const all = Array.from({ length: graph.edges }, (_, id): OpenEdge => ({ a: graph.tails[id]!, b: graph.heads[id]!, id }));
  halve({ size: graph.size, root, strong, weak: strong.map(() => undefined), edges: [], lost: undefined }, all, 0, failures.length);
}

/** An edge that stands for good: one, or a chain of them with the sites on it. */
interface Edge {
  readonly a: number;
  readonly b: number;
  readonly strong: Bag | undefined;
  readonly weak: Bag | undefined;
}

/** An edge that some of the failures at hand take away. */
interface OpenEdge {
  readonly a: number;
  readonly b: number;
  readonly id: number;
}

/**
 * The network drawn together. `strong` sites are as well off as their vertex: they have two ways as soon as it has. `weak` ones hang on
 * it by a single edge, whatever happens. `lost` ones have no way to the root in any of the failures at hand.
 */
interface State {
  readonly size: number;
  readonly root: number;
  readonly strong: readonly (Bag | undefined)[];
  readonly weak: readonly (Bag | undefined)[];
  readonly edges: readonly Edge[];
  readonly lost: Bag | undefined;
}

/** Draws together all that stands for good, leaving the root, the ends of the open edges, and where three ways between those meet. */
function reduce(state: State, open: readonly OpenEdge[]): { readonly state: State; readonly open: OpenEdge[] } {
  const whole = new Graph(state.size, state.edges.map(({ a }) => a), state.edges.map(({ b }) => b));
  const { component, count, bridges } = twoEdgeComponents(whole);
  const strong: (Bag | undefined)[] = Array.from({ length: count }, () => undefined);
  const weak = [...strong];
  for (let v = 0; v < state.size; v++) {
    const part = component[v]!;
    strong[part] = join(strong[part], state.strong[v]);
    weak[part] = join(weak[part], state.weak[v]);
  }
  for (const edge of state.edges) {
    const part = component[edge.a]!;
    if (part !== component[edge.b]) continue;
    strong[part] = join(strong[part], edge.strong);
    weak[part] = join(weak[part], edge.weak);
  }

  const tree = new Graph(count, bridges.map((edge) => component[state.edges[edge]!.a]!), bridges.map((edge) => component[state.edges[edge]!.b]!));
  const bridge = (index: number): Edge => state.edges[bridges[index]!]!;
  const wanted = new Uint8Array(count);
  wanted[component[state.root]!] = 1;
  for (const { a, b } of open) wanted[component[a]!] = wanted[component[b]!] = 1;
  return fold({ tree, bridge, wanted, strong, weak, lost: state.lost }, component[state.root]!, open.map(({ a, b, id }) => ({ a: component[a]!, b: component[b]!, id })));
}

interface Forest {
  readonly tree: Graph;
  readonly bridge: (index: number) => Edge;
  /** The vertices that must stay. */
  readonly wanted: Uint8Array;
  readonly strong: (Bag | undefined)[];
  readonly weak: (Bag | undefined)[];
  readonly lost: Bag | undefined;
}

/** A way from a vertex down to the next one that stays. */
interface Way {
  readonly to: number;
  readonly strong: Bag | undefined;
  readonly weak: Bag | undefined;
}

function fold({ tree, bridge, wanted, strong, weak, lost: lostBefore }: Forest, root: number, open: readonly OpenEdge[]): { readonly state: State; readonly open: OpenEdge[] } {
  let lost = lostBefore;
  const edges: Edge[] = [];
  /** The one way down that a vertex that may go has met so far. */
  const down: (Way | undefined)[] = Array.from({ length: tree.size }, () => undefined);
  const stays = wanted.slice();
  const reached = new Uint8Array(tree.size);
  for (let start = 0; start < tree.size; start++) {
    if (wanted[start] === 0 || reached[start] === 1) continue;
    const { order, up, upEdge } = wander(tree, start, reached);
    for (let i = order.length - 1; i > 0; i--) {
      const v = order[i]!;
      const above = up[i]!;
      const edge = bridge(upEdge[i]!);
      const below = down[v];
      if (stays[v] === 0 && below === undefined) {
        // Nothing below or here is touched: it hangs by this edge, whatever happens.
        weak[above] = join(weak[above], join(join(strong[v], weak[v]), join(edge.strong, edge.weak)));
        continue;
      }
      const way: Way = stays[v] === 1
        ? { to: v, strong: edge.strong, weak: edge.weak }
        : { to: below!.to, strong: join(join(below!.strong, strong[v]), edge.strong), weak: join(join(below!.weak, weak[v]), edge.weak) };
      const other = down[above];
      if (other === undefined && stays[above] === 0) down[above] = way;
      else {
        // A second way down: three meet here.
        if (other !== undefined) edges.push({ a: above, b: other.to, strong: other.strong, weak: other.weak });
        down[above] = undefined;
        stays[above] = 1;
        edges.push({ a: above, b: way.to, strong: way.strong, weak: way.weak });
      }
    }
  }
  for (let v = 0; v < tree.size; v++) if (reached[v] === 0) lost = join(lost, join(strong[v], weak[v]));
  for (let i = 0; i < tree.edges; i++) {
    if (reached[tree.tails[i]!] === 0) lost = join(lost, join(bridge(i).strong, bridge(i).weak));
  }

  const number = new Int32Array(tree.size).fill(-1);
  const left: number[] = [];
  for (let v = 0; v < tree.size; v++) if (stays[v] === 1) number[v] = left.push(v) - 1;
  return {
    state: {
      size: left.length,
      root: number[root]!,
      strong: left.map((v) => strong[v]),
      weak: left.map((v) => weak[v]),
      edges: edges.map((edge) => ({ ...edge, a: number[edge.a]!, b: number[edge.b]! })),
      lost,
    },
    open: open.map(({ a, b, id }) => ({ a: number[a]!, b: number[b]!, id })),
  };
}

/** The vertices of a tree from `start` on, each after the one above it, with that one and the edge between. Marks them in `reached`. */
function wander(tree: Graph, start: number, reached: Uint8Array): { readonly order: number[]; readonly up: number[]; readonly upEdge: number[] } {
  const [order, up, upEdge] = [[start], [-1], [-1]];
  reached[start] = 1;
  for (let i = 0; i < order.length; i++) {
    const v = order[i]!;
    for (let at = tree.first[v]!; at < tree.first[v + 1]!; at++) {
      const to = tree.neighbour[at]!;
      if (reached[to] === 1) continue;
      reached[to] = 1;
      order.push(to);
      up.push(v);
      upEdge.push(tree.edgeAt[at]!);
    }
  }
  return { order, up, upEdge };
}
