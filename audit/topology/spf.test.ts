import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import type { Province } from "../../inventory/model.ts";
import { type Edge, shortestPaths } from "./shortestPaths.ts";
import { DATACENTER, type Family, OUTSIDE, pathText, predict, type Prediction } from "./spf.ts";
import { walk } from "./walk.ts";

const inventory = (name: string): Province => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");
const placesOf = (province: Province): string[] => [...[...province.sites.values()].filter((site) => site.kind === "office").map((site) => site.slug), DATACENTER, OUTSIDE];

const texts = (prediction: Prediction, a: string, b: string, family: Family = "ipv4"): string[] => [...new Set(prediction.paths(a, b, family).map(pathText))].toSorted();

test("golden paths of the small province, whole and after each failure", async () => {
  const lines = [undefined, ...small.links.keys(), ...small.hosts.keys()].flatMap((failed) => {
    const prediction = predict(small, { failed: new Set(failed === undefined ? [] : [failed]) });
    const whole = predict(small);
    const places = placesOf(small);
    return [`# ${failed ?? "whole"}`, ...places.flatMap((a) => places.flatMap((b) => (["ipv4", "ipv6"] as const).flatMap((family) => {
      if (a === b) return [];
      const text = texts(prediction, a, b, family).join(" | ");
      // After a failure only what it changes.
      if (failed !== undefined && text === texts(whole, a, b, family).join(" | ")) return [];
      return [`${family} ${a} -> ${b}: ${text === "" ? "(nothing)" : text}`];
    })))];
  });
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("golden/small-paths.txt");
});

describe("what routers of FRR 8.4 do, and a textbook does not", () => {
  const after = (...failed: string[]): Prediction => predict(small, { failed: new Set(failed) });

  test("a thin way inside the area wins over a thick one between areas, and ends at the filter of the hub behind the foreign site", () => {
    expect(texts(after("core2-agg1-huyen"), DATACENTER, "huyen-nui")).toEqual(["fw1 > core1 > agg1 > r-huyen-nui", "fw1 > core2 > r-huyen-bien > agg1 (filtered)"]);
  });

  test("a hub discards what its summary promises and it cannot reach", () => {
    expect(texts(after("huyen-nui-primary"), "so-mau", "huyen-nui")).toEqual(["r-so-mau > core1 > agg1 (discarded)"]);
  });

  test.each<Family>(["ipv4", "ipv6"])("hubs know every hand-off by BGP, and use another core router's when theirs is gone (%s)", (family) => {
    expect(texts(after(), "huyen-bien", OUTSIDE, family)).toEqual(["r-huyen-bien > agg1 > core1 > tslcd1", "r-huyen-bien > agg1 > core2 > tslcd1"]);
    expect(texts(after("core1-tslcd1"), "huyen-bien", OUTSIDE, family)).toEqual(["r-huyen-bien > agg1 > core2 > tslcd1"]);
    expect(texts(after("core1-tslcd1"), "so-mau", OUTSIDE, family)).toEqual(["r-so-mau > core1 > core2 > tslcd1"]);
    expect(texts(after("core1"), "huyen-nui", OUTSIDE, family)).toEqual(["r-huyen-nui > agg1 > core2 > tslcd1"]);
    // A core router without a hand-off tells OSPF of the one that it knows, but BGP's hubs of none.
    expect(texts(after("core1-tslcd1"), DATACENTER, OUTSIDE, family)).toEqual(["fw1 > core1 > core2 > tslcd1", "fw1 > core2 > tslcd1"]);
  });

  test.each<Family>(["ipv4", "ipv6"])("with no hand-off left nothing circles (%s)", (family) => {
    for (const place of placesOf(small).filter((one) => one !== OUTSIDE)) {
      expect(predict(small, { failed: new Set(["tslcd1"]) }).paths(place, OUTSIDE, family).map(({ end }) => end), place).toEqual(["no-route"]);
    }
  });

  test("a border router tells a totally stubby area of the summaries that it makes itself, and of nothing else", () => {
    expect(texts(after("core1-core2-metro"), "so-mau", "huyen-bien")).toEqual(["r-so-mau > core2 > agg1 > r-huyen-bien"]);
    expect(texts(after("core1-core2-metro"), "so-mau", DATACENTER)).toEqual(["r-so-mau > core1 > fw1"]);
  });

  test("OSPFv3 has one area, so that no thin way wins over a thick one", () => {
    expect(texts(after("core2-agg1-huyen"), DATACENTER, "huyen-nui", "ipv6")).toEqual(["fw1 > core1 > agg1 > r-huyen-nui", "fw1 > core2 > agg1 > r-huyen-nui"]);
  });

  test("the firewall in reserve takes the segments when the first hears no router any more", () => {
    const links = [...nghean.links.values()].filter((link) => link.ends.some((end) => end.host === "fw1")).map((link) => link.name);
    for (const failed of [["fw1"], links]) {
      const prediction = predict(nghean, { failed: new Set(failed) });
      expect(prediction.paths(DATACENTER, "vinh")[0]?.hosts[0]).toBe("fw2");
      expect(prediction.paths("vinh", DATACENTER)[0]?.hosts.at(-1)).toBe("fw2");
      expect(prediction.reachable("vinh", DATACENTER)).toBe(true);
    }
  });
});

describe.each([["small", small], ["nghe-an", nghean]] as const)("%s", (_, province) => {
  const places = placesOf(province);
  const anything = [...province.links.keys(), ...province.hosts.keys()];

  test("with nothing broken every office reaches the data center, every other office and the outside, in both families", () => {
    const prediction = predict(province);
    for (const a of places) {
      for (const b of places) {
        if (a === b) continue;
        for (const family of ["ipv4", "ipv6"] as const) expect(prediction.reachable(a, b, family), `${family} ${a} ${b}`).toBe(true);
      }
    }
  });

  test("whatever breaks, paths follow links that stand, never circle, and end where they should", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.constantFrom(...anything), { maxLength: 6 }), fc.constantFrom(...places), fc.constantFrom(...places), fc.constantFrom<Family>("ipv4", "ipv6"), (list, a, b, family) => {
      if (a === b) return;
      const failed = new Set(list);
      for (const path of predict(province, { failed }).paths(a, b, family)) {
        path.links.forEach((name, i) => {
          const ends = province.links.get(name)!.ends.map((end) => end.host);
          expect(ends).toContain(path.hosts[i]);
          expect(ends).toContain(path.hosts[i + 1]);
          expect(failed).not.toContain(name);
        });
        expect(path.end).not.toBe("loop");
        if (path.end === "delivered") for (const host of path.hosts) expect(failed).not.toContain(host);
      }
    }), { numRuns: 150 });
  });

  test("a failure of what no path uses takes nothing away", () => {
    fc.assert(fc.property(fc.constantFrom(...anything), fc.constantFrom(...places), fc.constantFrom(...places), (name, a, b) => {
      if (a === b || province.hosts.get(name)?.loopback === undefined && province.hosts.has(name)) return;
      const [there, back] = [predict(province).paths(a, b), predict(province).paths(b, a)];
      // Paths may move, as a summary's metric may hang on what no path uses; what was reached stays reached.
      if ([...there, ...back].some((path) => path.hosts.includes(name) || path.links.includes(name))) return;
      expect(predict(province, { failed: new Set([name]) }).reachable(a, b)).toBe(true);
    }), { numRuns: 100 });
  });
});

test("a place that there is not is an error", () => expect(() => predict(small).paths("moon", DATACENTER)).toThrow("no place moon"));

test("shortest paths and their first hops are those that trying all paths gives", () => {
  const graph = fc.array(fc.record({ a: fc.nat(6), b: fc.nat(6), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 14 });
  fc.assert(fc.property(graph, (links) => {
    const edges = new Map<string, Edge[]>();
    links.filter(({ a, b }) => a !== b).forEach(({ a, b, cost }, i) => {
      for (const [near, far] of [[a, b], [b, a]]) edges.set(`${near}`, [...(edges.get(`${near}`) ?? []), { link: `l${i}`, host: `${far}`, cost }]);
    });
    const best = new Map<string, { cost: number; links: Set<string> }>([["0", { cost: 0, links: new Set() }]]);
    const tryAll = (at: string, seen: readonly string[], cost: number, first: string | undefined): void => {
      const known = best.get(at);
      if (at !== "0") {
        if (known === undefined || cost < known.cost) best.set(at, { cost, links: new Set([first!]) });
        else if (cost === known.cost) known.links.add(first!);
      }
      for (const edge of edges.get(at) ?? []) if (!seen.includes(edge.host)) tryAll(edge.host, [...seen, edge.host], cost + edge.cost, first ?? edge.link);
    };
    tryAll("0", ["0"], 0, undefined);
    const found = new Map([...shortestPaths(edges, "0")].map(([host, reach]) => [host, { cost: reach.cost, links: new Set(reach.hops.map((hop) => hop.link)) }]));
    expect(found).toEqual(best);
  }), { numRuns: 200 });
});

test("a walk names what stops it, circles included", () => {
  const decisions: Record<string, string[]> = { a: ["b", "c"], b: ["a"], c: [] };
  expect(walk("a", (host) => (host === "c" ? { kind: "deliver" } : { kind: "forward", hops: decisions[host]!.map((to) => ({ link: `${host}${to}`, host: to })) })).map(pathText))
    .toEqual(["a > b > a (loop)", "a > c"]);
});
