import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../inventory/index.ts";
import type { Province } from "../inventory/model.ts";
import { canaryOf, waves } from "./waves.ts";

const inventory = (name: string): Province => loadProvince(resolve(import.meta.dirname, "../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");

describe("the canary", () => {
  test("is the office with two ways out, of the lowest tier, with the fewest communes behind it", () => {
    // huyen-nui has fewer communes, but a single link; so-mau is of the province's own tier.
    expect(canaryOf(small)?.name).toBe("r-huyen-bien");
    const canary = canaryOf(nghean)!;
    const site = nghean.sites.get(canary.site)!;
    const communes = (slug: string | undefined): number => nghean.units.get(slug ?? "")?.communes ?? 0;
    expect(site.tier).toBe(2);
    const peers = [...nghean.sites.values()].filter((one) => one.kind === "office" && one.tier === 2);
    expect(Math.min(...peers.map((one) => communes(one.unit)))).toBe(communes(site.unit));
  });

  test("is the same one whatever the order of the inventory, and none where no office has a router", () => {
    const turned: Province = { ...nghean, sites: new Map([...nghean.sites].toReversed()), hosts: new Map([...nghean.hosts].toReversed()) };
    expect(canaryOf(turned)?.name).toBe(canaryOf(nghean)?.name);
    expect(canaryOf({ ...small, sites: new Map() })).toBeUndefined();
  });
});

describe("waves", () => {
  const order = waves(nghean, nghean.hosts.keys());
  const canary = canaryOf(nghean)!.name;

  test("begin with the canary; of those that stand in for each other one comes after the other; the rest goes side by side", () => {
    expect(order.get(canary)).toEqual([]);
    expect(order.get("r-vinh")).toEqual([canary]);
    expect(order.get("core1")).toEqual([canary]);
    expect(order.get("core2")).toEqual([canary, "core1"]);
    expect(order.get("fw2")).toEqual([canary, "fw1"]);
    expect(order.get("agg2")).toEqual([canary, "agg1"]);
    const chained = [...order].filter(([, before]) => before.length > 1).map(([name]) => nghean.hosts.get(name)!);
    expect(chained.every((host) => host.rank > 1)).toBe(true);
  });

  test("name everybody once, each after those that it waits for", () => {
    expect([...order.keys()].toSorted()).toEqual([...nghean.hosts.keys()].toSorted());
    const names = [...order.keys()];
    for (const [name, before] of order) for (const other of before) expect(names.indexOf(other)).toBeLessThan(names.indexOf(name));
  });

  test("wait for nobody who has no part in the change", () => {
    expect(waves(small, ["core2", "agg1"])).toEqual(new Map([["agg1", []], ["core2", []]]));
  });
});
