import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type Adjacency, intendedAdjacencies } from "../../infra/network/adjacency.ts";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { adjacencyCommand, compareAdjacencies, parseAdjacencies } from "./adjacency.ts";

/** What FRR 8.4 said on the small province's first core router. */
const SAID = readFileSync(new URL("fixtures/core1-neighbours.txt", import.meta.url), "utf8");

let intended: Adjacency[];

beforeAll(() => {
  intended = intendedAdjacencies(loadProvince(SMALL).province).filter((adjacency) => adjacency.host === "core1");
});

describe("what a router says of its neighbours", () => {
  test("is read from all daemons' documents in a row", () => {
    const live = parseAdjacencies(SAID);
    expect(new Set(live.map((one) => one.protocol))).toEqual(new Set(["ospf2", "ospf3", "bfd4", "bfd6", "bgp4", "bgp6"]));
    expect(live.every((one) => one.up)).toBe(true);
    expect(live).toContainEqual({ protocol: "ospf2", neighbour: "10.60.0.2", interface: "link1", up: true, state: "Full" });
  });

  test("agrees with the inventory when all is well", () => {
    const report = compareAdjacencies(intended, new Map([["core1", SAID]]));
    expect(report).toMatchObject({ up: intended.length, total: intended.length, misses: [], unexpected: [] });
  });

  test("names a neighbour that is not full, with its state", () => {
    const text = SAID.replaceAll('"nbrState":"Full\\/-"', '"nbrState":"ExStart\\/-"');
    const report = compareAdjacencies(intended, new Map([["core1", text]]));
    expect(report.misses.length).toBe(intended.filter((one) => one.protocol === "ospf2").length);
    expect(new Set(report.misses.map((miss) => `${miss.protocol} ${miss.state}`))).toEqual(new Set(["ospf2 ExStart"]));
  });

  test("names a neighbour on the wrong interface as missing there and unexpected where it is", () => {
    const text = SAID.replace('"ifaceName":"link1:', '"ifaceName":"link77:');
    const report = compareAdjacencies(intended, new Map([["core1", text]]));
    expect(report.misses).toMatchObject([{ protocol: "ospf2", interface: "link1", state: "absent" }]);
    expect(report.unexpected).toMatchObject([{ host: "core1", protocol: "ospf2", interface: "link77" }]);
  });

  test("nothing, when it does not answer: then it misses all, and nobody says that they are absent", () => {
    const report = compareAdjacencies(intended, new Map());
    expect(report.misses).toHaveLength(intended.length);
    expect(new Set(report.misses.map((miss) => miss.state))).toEqual(new Set(["not known, for the host does not answer"]));
    expect(compareAdjacencies(intended, new Map([["core1", "ospfd is not running\n"]])).misses).toHaveLength(intended.length);
  });
});

test("each daemon is asked once, and only those that are meant to run", () => {
  expect(adjacencyCommand(["ospf2", "ospf3", "bfd4", "bfd6", "ospf2"]))
    .toBe("vtysh -c 'show ip ospf neighbor json' -c 'show ipv6 ospf6 neighbor json' -c 'show bfd peers json'");
  expect(adjacencyCommand(["bgp6"])).toBe("vtysh -c 'show bgp summary json'");
});
