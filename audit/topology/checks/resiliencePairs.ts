/**
 * Between any two offices there are two ways that share no router and no link, where both have two ways to the data center. All pairs where
 * they are few, else a sample whose size and seed the report states.
 */
import { sourceOf } from "../../../inventory/source.ts";
import type { Check } from "../check.ts";
import { baseline } from "../failures.ts";
import { blocks, shareBlock, twoEdgeComponents, walk } from "../graph.ts";
import { list, say } from "../messages/index.ts";
import { DATA_CENTER } from "../network.ts";
import { seededRandom } from "../random.ts";
import type { Outcome } from "../types.ts";

/** At most so many pairs are looked at: enough to see, with a confidence of 99 %, a fault that one pair in a thousand has. */
const MOST_PAIRS = 5000;
const SEED = 3188;

export const resiliencePairs: Check = {
  id: "resilience.pairs",
  title: say("resilience.pairs.title"),
  severity: "major",
  basis: "design",
  source: "Design: offices reach each other when any one link or hub is gone (Menger: two disjoint ways)",
  reads: ["inventory"],
  run: ({ province, network }): Outcome[] => {
    const { pairs, total, sampled } = pairsOf(network.sites.length);
    if (pairs.length === 0) return [];
    const { graph, sites } = network;
    const walked = walk(graph, DATA_CENTER);
    const [{ component }, found] = [twoEdgeComponents(graph, walked), blocks(graph, walked)];
    const { sound } = baseline({ graph, root: DATA_CENTER, sites: sites.map(({ vertex }) => vertex) });
    const bad = pairs.filter(([a, b]) => {
      const [one, other] = [sites[a]!.vertex, sites[b]!.vertex];
      return sound[a] === 1 && sound[b] === 1 && !(component[one] === component[other] && shareBlock(found, one, other));
    });
    const names = bad.map(([a, b]) => `${sites[a]!.site.slug}–${sites[b]!.site.slug}`);
    const evidence = { pairs: pairs.length, total, ...(sampled && { seed: SEED }), bad: bad.length, badPairs: names.slice(0, 100) };
    const subject = { kind: "pair", subject: sampled ? "sampled pairs" : "all pairs", evidence } as const;
    const values = { pairs: pairs.length, total, seed: SEED, count: bad.length, names: list(names) };
    const about = say(sampled ? "resilience.pairs.sampled" : "resilience.pairs.all", values);
    const first = bad[0];
    if (first === undefined) return [{ ...subject, verdict: "pass", finding: about }];
    const finding = say("resilience.pairs", values);
    return [{
      ...subject, verdict: "fail", at: sourceOf(province.sites.get(sites[first[0]]!.site.slug)!),
      finding: { vi: `${finding.vi} (${about.vi})`, en: `${finding.en} (${about.en})` }, remedy: say("resilience.pairs.remedy", values),
    }];
  },
};

/** Pairs of sites by their indexes: all of them, or a sample without repetition that is the same in every run. */
function pairsOf(sites: number): { readonly pairs: readonly (readonly [number, number])[]; readonly total: number; readonly sampled: boolean } {
  const total = (sites * (sites - 1)) / 2;
  if (total <= MOST_PAIRS) {
    const pairs = Array.from({ length: sites }, (_, a) => Array.from({ length: sites - a - 1 }, (_, i) => [a, a + 1 + i] as const)).flat();
    return { pairs, total, sampled: false };
  }
  const random = seededRandom(SEED);
  const chosen = new Map<string, readonly [number, number]>();
  while (chosen.size < MOST_PAIRS) {
    const [a, b] = [Math.floor(random() * sites), Math.floor(random() * sites)];
    if (a < b) chosen.set(`${a} ${b}`, [a, b]);
  }
  return { pairs: [...chosen.values()], total, sampled: true };
}

