/** The walks and the failure analysis against what anybody would do by hand: take away, and search. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baseline, effectsOf, type Effect } from "./failures.ts";
import { blocks, Graph, reachable, shareBlock, twoEdgeComponents } from "./graph.ts";

/** Small multigraphs, loops and parallel edges and loose parts among them. */
const graphs = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 14 }).map((edges) => Graph.of(size, edges)));

const joined = (graph: Graph, a: number, b: number, passes = {}): boolean => reachable(graph, a, passes)[b] === 1;

describe("on any graph", () => {
  test("two vertices are in one part exactly when no single edge takes them apart; bridges are those that do", () => {
    fc.assert(fc.property(graphs, (graph) => {
      const { component, bridges } = twoEdgeComponents(graph);
      const all = Array.from({ length: graph.edges }, (_, i) => i);
      for (let a = 0; a < graph.size; a++) {
        for (let b = 0; b < graph.size; b++) {
          const together = joined(graph, a, b) && all.every((cut) => joined(graph, a, b, { edge: (edge: number) => edge !== cut }));
          expect(component[a] === component[b]).toBe(together);
        }
      }
      expect(bridges.toSorted()).toEqual(all.filter((cut) => !joined(graph, graph.tails[cut]!, graph.heads[cut]!, { edge: (edge: number) => edge !== cut })).toSorted());
    }), { numRuns: 300 });
  });

  test("two vertices share a block exactly when no third vertex takes them apart", () => {
    fc.assert(fc.property(graphs, (graph) => {
      const found = blocks(graph);
      for (let a = 0; a < graph.size; a++) {
        for (let b = 0; b < graph.size; b++) {
          const others = Array.from({ length: graph.size }, (_, v) => v).filter((v) => v !== a && v !== b);
          const together = joined(graph, a, b) && others.every((gone) => joined(graph, a, b, { vertex: (v: number) => v !== gone }));
          expect([a, b, shareBlock(found, a, b)]).toEqual([a, b, together]);
        }
      }
    }), { numRuns: 300 });
  });

  test("each failure loses and thins what taking it away and cutting each edge once more would", () => {
    const cases = graphs.chain((graph) => fc.record({
      graph: fc.constant(graph),
      root: fc.nat(graph.size - 1),
      sites: fc.array(fc.nat(graph.size - 1), { maxLength: 8 }),
      failures: fc.array(fc.uniqueArray(fc.nat(Math.max(0, graph.edges - 1)), { maxLength: graph.edges }), { maxLength: 9 }),
    }));
    fc.assert(fc.property(cases, ({ graph, root, sites, failures }) => {
      const found: (Effect | undefined)[] = failures.map(() => undefined);
      effectsOf({ graph, root, sites }, failures, (failure, effect) => { found[failure] = effect; });
      expect(found).toEqual(failures.map((gone) => byHand(graph, root, sites, new Set(gone))));
    }), { numRuns: 1000 });
  });
});

/** The effect of one failure by one search for each further edge. */
function byHand(graph: Graph, root: number, sites: readonly number[], gone: ReadonlySet<number>): Effect {
  const has = (site: number, without: ReadonlySet<number>, edge?: number): boolean =>
    joined(graph, root, sites[site]!, { edge: (e: number) => !without.has(e) && e !== edge });
  const twoWays = (site: number, without: ReadonlySet<number>): boolean => has(site, without) && Array.from({ length: graph.edges }, (_, i) => i).every((edge) => has(site, without, edge));
  const none = new Set<number>();
  const before = sites.map((_, i) => i).filter((site) => has(site, none));
  const lost = before.filter((site) => !has(site, gone));
  const thinned = before.filter((site) => has(site, gone) && twoWays(site, none) && !twoWays(site, gone));
  return { lost, thinned, soundLost: lost.filter((site) => twoWays(site, none)).length };
}

test("the baseline says who reaches the root at all, and who whatever single edge is cut", () => {
  // 0 ═ 1 ─ 2, and 3 alone.
  const graph = Graph.of(4, [[0, 1], [1, 0], [1, 2]]);
  const { connected, sound } = baseline({ graph, root: 0, sites: [0, 1, 2, 3] });
  expect([[...connected], [...sound]]).toEqual([[1, 1, 1, 0], [1, 1, 0, 0]]);
});

test("a chain of 200,000 vertices is walked without running out of stack", () => {
  const size = 200_000;
  const chain = Graph.of(size, Array.from({ length: size - 1 }, (_, i) => [i, i + 1] as const));
  expect(twoEdgeComponents(chain).count).toBe(size);
  expect(blocks(chain).top).toHaveLength(size - 1);
});
