import { expect, test } from "vitest";
import { loadProvince, type Province } from "../index.ts";
import { SMALL } from "../testing.ts";
import { claimNumbers, connectedSites, lastingLinks, verifyStep } from "./verify.ts";

const { province } = loadProvince(SMALL);

/** The small province with other links. */
function linked(change: (links: Map<string, Province["links"] extends ReadonlyMap<string, infer L> ? L : never>) => void): Province {
  const links = new Map(province.links);
  change(links);
  return { ...province, links };
}

test("all sites are connected, somebody else's over the hand-off alone", () => {
  const links = [...province.links.values()];
  expect([...connectedSites(province, links)].toSorted()).toEqual([...province.sites.keys()].toSorted());
  const withoutHandOff = links.filter(({ role }) => role !== "handoff");
  expect(connectedSites(province, withoutHandOff).has("mang-tslcd")).toBe(false);
  // The state network leads nowhere: without the core's own links, core2 is not reached through it.
  const split = links.filter(({ name }) => !["core1-core2", "core1-core2-metro", "core2-agg1", "core2-agg1-huyen", "core2-fw1", "so-mau-backup", "huyen-bien-backup"].includes(name));
  expect([...connectedSites(province, split)].toSorted()).toEqual(["huyen-bien", "huyen-nui", "mang-tslcd", "so-mau", "trung-tam-du-lieu"]);
  expect(connectedSites(province, split.filter(({ name }) => name !== "huyen-nui-primary")).has("huyen-nui")).toBe(false);
});

test("a link that changes its ends, number or area does not last", () => {
  const of = (name: string, change: object): Province => linked((links) => void links.set(name, { ...links.get(name)!, ...change }));
  const lasts = (after: Province): boolean => lastingLinks(province, after).some(({ name }) => name === "huyen-nui-primary");
  expect(lasts(province)).toBe(true);
  expect(lasts(of("huyen-nui-primary", { capacityMbps: 1000 }))).toBe(true);
  for (const change of [{ number: 99 }, { area: "metro" }, { ends: province.links.get("huyen-bien-primary")!.ends }]) expect(lasts(of("huyen-nui-primary", change))).toBe(false);
});

test("who was cut off before is not cut off by the step", () => {
  const without = linked((links) => void links.delete("huyen-nui-primary"));
  expect(verifyStep(province, without).map(({ message }) => message)).toEqual(['site "huyen-nui" would lose its way to the data center']);
  expect(verifyStep(without, without)).toEqual([]);
});

test("a number stays its owner's after the owner is gone", () => {
  const owners = new Map<string, string>();
  expect(claimNumbers(owners, province)).toEqual([]);
  expect(claimNumbers(owners, linked((links) => void links.delete("huyen-nui-primary")))).toEqual([]);
  const other = linked((links) => {
    const old = links.get("huyen-nui-primary")!;
    links.delete(old.name);
    links.set("khac", { ...old, name: "khac" });
  });
  expect(claimNumbers(owners, other).map(({ message }) => message)).toEqual(['"khac" would take the link number 36 of "huyen-nui-primary"']);
});
