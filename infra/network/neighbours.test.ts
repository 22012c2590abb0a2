import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { networkDesign } from "./design.ts";
import { intendedNeighbours } from "./neighbours.ts";

const { province } = loadProvince(resolve(import.meta.dirname, "../../inventory/small"));
const neighbours = intendedNeighbours(province);

test("a router looks for its intended neighbours as its daemons name them", () => {
  expect(neighbours.get("r-huyen-nui")?.expected).toEqual({
    "ospf2 link36 10.60.0.3": "agg1 (ospf2 on link36)",
    "ospf3 link36 10.60.0.3": "agg1 (ospf3 on link36)",
    "bfd4 link36 10.60.2.72": "agg1 (bfd4 on link36)",
    "bfd6 link36 link-local": "agg1 (bfd6 on link36)",
  });
  // Neither BGP nor its BFD is tied to an interface.
  expect(Object.keys(neighbours.get("core1")!.expected).filter((line) => line.includes(" - "))).toEqual([
    "bgp4 - 10.60.2.41", "bgp6 - fd60:2014:1:1014::1", "bfd4 - 10.60.2.41", "bfd6 - fd60:2014:1:1014::1",
    "bgp4 - 10.60.0.2", "bgp6 - fd60:2014:1::2", "bgp4 - 10.60.0.3", "bgp6 - fd60:2014:1::3",
  ]);
});

test("the probe knows the timers: a neighbour counts again when it was heard of since the change", () => {
  expect(neighbours.get("agg1")?.probe).toContain("python3 -IS - 4000 900 <<'END'\n");
});

test("every router's changes are guarded by its neighbours", () => {
  for (const [name, intent] of networkDesign(province)) expect(intent.guard?.neighbours, name).toEqual(neighbours.get(name));
});
