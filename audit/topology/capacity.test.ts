import path from "node:path";
import { expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { siteDemands } from "./demand.ts";
import { networkOf } from "./network.ts";
import { impactsOf } from "./resilience.ts";
import { journeysOf, statesOf } from "./states.ts";

const { province } = loadProvince(SMALL);

test("an office's demand is that of its people, of itself and of its communes", () => {
  const demand = siteDemands(province, province.demand!).find((one) => one.site === "huyen-bien" && one.case === "conference-720p");
  // 120 in the office and 22 in each of three communes.
  expect(demand).toMatchObject({ people: 186, communes: 3, services: { mail: { up: 372, down: 930 }, "m-office": { up: 186, down: 744 }, "conference-720p": { up: 3400, down: 4900 }, backup: { up: 2400, down: 100 } } });
  expect([demand!.up, demand!.down]).toEqual([6358, 6674]);
  expect(demand!.services).not.toHaveProperty("conference-1080p");
});

test("a site's own count takes the place of its tier's", () => {
  const own = { ...province.demand!, people: { ...province.demand!.people, sites: { "huyen-bien": 10 } } };
  expect(siteDemands(province, own).find(({ site }) => site === "huyen-bien")).toMatchObject({ people: 76 });
});

test("loads follow the predicted paths, and move to the backup when the primary is cut", () => {
  const states = statesOf({ province, network: networkOf(province) });
  const load = (failure: string | undefined, link: string, from: string) =>
    states.find((state) => state.failure?.name === failure)!.loads.find((one) => one.link === link && one.from === from)?.kbps[0];
  expect(load(undefined, "huyen-bien-primary", "r-huyen-bien")).toBeCloseTo(6358);
  expect(load(undefined, "huyen-bien-primary", "agg1")).toBeCloseTo(6674);
  expect(load(undefined, "huyen-bien-backup", "r-huyen-bien")).toBeUndefined();
  expect(load("huyen-bien-primary", "huyen-bien-backup", "r-huyen-bien")).toBeCloseTo(6358);
  expect(load("huyen-bien-primary", "huyen-bien-primary", "r-huyen-bien")).toBeUndefined();
  expect(load("fw1", "huyen-bien-primary", "r-huyen-bien")).toBeUndefined();
});

test.each(["small", "nghe-an"])("%s: what is taken over from the whole network is what a prediction of each failure gives", (name) => {
  const { province: one } = loadProvince(path.join(SMALL, "..", name));
  const network = networkOf(one);
  const whole = journeysOf(one, network, undefined);
  for (const failure of impactsOf(one, network).filter(({ kind }) => kind !== "risk")) {
    expect([failure.name, journeysOf(one, network, failure, whole)]).toEqual([failure.name, journeysOf(one, network, failure)]);
  }
});
