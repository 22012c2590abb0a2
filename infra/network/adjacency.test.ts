import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { intendedAdjacencies, wayOf } from "./adjacency.ts";

const { province } = loadProvince(resolve(import.meta.dirname, "../../inventory/small"));
const all = intendedAdjacencies(province);

test("every link has its adjacencies in both directions, mirrored", () => {
  const overLinks = all.filter((one) => one.link !== undefined);
  for (const one of overLinks) {
    const mirror = all.filter((other) => other.protocol === one.protocol && other.link === one.link && other.host === one.peer);
    expect(mirror, `${one.protocol} ${one.link}`).toHaveLength(1);
    expect(mirror[0]).toMatchObject({ interface: one.peerInterface, peer: one.host, peerInterface: one.interface });
    expect(mirror[0]?.area).toBe(one.area);
    if (one.protocol === "ospf3") expect(one.area).toBe("0.0.0.0");
  }
  const watched = [...province.links.values()].filter((link) => link.role !== "backup");
  expect(overLinks).toHaveLength(province.links.size * 4 + watched.length * 4);
});

test("every core router speaks BGP with all other hubs, between loopbacks, and nobody else does", () => {
  const between = all.filter((one) => one.link === undefined);
  expect(between.filter((one) => one.protocol === "bgp4").map((one) => `${one.host} ${one.neighbour} ${one.interface}`)).toEqual([
    "core1 10.60.0.2 lo", "core1 10.60.0.3 lo", "core2 10.60.0.1 lo", "core2 10.60.0.3 lo", "agg1 10.60.0.1 lo", "agg1 10.60.0.2 lo",
  ]);
  expect(between.filter((one) => one.protocol === "bgp6")).toHaveLength(6);
  expect(between.filter((one) => wayOf(one) === "core1 - core2").map((one) => one.host)).toEqual(["core1", "core1", "core2", "core2"]);
});

test("inside the province OSPF and BFD, at the hand-off BGP and BFD", () => {
  const on = (link: string) => all.filter((one) => one.link === link && one.host === province.links.get(link)?.ends[0].host);
  expect(on("core2-agg1-huyen")).toEqual([
    { protocol: "ospf2", link: "core2-agg1-huyen", host: "core2", interface: "link5", peer: "agg1", peerInterface: "link5", neighbour: "10.60.0.3", area: "0.0.0.1" },
    { protocol: "ospf3", link: "core2-agg1-huyen", host: "core2", interface: "link5", peer: "agg1", peerInterface: "link5", neighbour: "10.60.0.3", area: "0.0.0.0" },
    { protocol: "bfd4", link: "core2-agg1-huyen", host: "core2", interface: "link5", peer: "agg1", peerInterface: "link5", neighbour: "10.60.2.11" },
    { protocol: "bfd6", link: "core2-agg1-huyen", host: "core2", interface: "link5", peer: "agg1", peerInterface: "link5" },
  ]);
  expect(on("core1-tslcd1").map((one) => [one.protocol, one.neighbour])).toEqual([
    ["bgp4", "10.60.2.41"], ["bgp6", "fd60:2014:1:1014::1"], ["bfd4", "10.60.2.41"], ["bfd6", "fd60:2014:1:1014::1"],
  ]);
});
