import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { DATACENTER, predict } from "./spf.ts";
import { causeOf, offices, singleCauses, together, whatIf, witnessOf } from "./whatIf.ts";

const inventory = (name: string) => loadProvince(resolve(import.meta.dirname, "../../inventory", name)).province;
const small = inventory("small");
const nghean = inventory("nghe-an");

describe("failures by name", () => {
  test.each([
    ["link:so-mau-primary", ["so-mau-primary"], []],
    ["node:r-so-mau", ["so-mau-primary", "so-mau-backup"], []],
    ["node:dns1", [], ["dns1"]],
    ["risk:tram-bien", ["huyen-bien-primary", "huyen-nui-primary"], []],
    ["risk:quoc-lo-7", ["huyen-nui-primary"], []],
    ["risk:nha-mang-b", ["core2-tslcd1", "huyen-bien-backup", "so-mau-backup"], []],
    ["risk:dien-bien", ["huyen-bien-primary", "huyen-bien-backup"], []],
  ])("%s", (text, links, hosts) => expect(causeOf(small, text)).toEqual({ name: text, links, hosts }));

  test("a power feed takes the servers that it feeds, too", () => {
    const cause = causeOf(small, "risk:dien-trung-tam");
    expect(cause.hosts).toEqual(expect.arrayContaining(["dns1", "mx1"]));
    expect(cause.links).toEqual(expect.arrayContaining(["core1-core2", "core1-tslcd1", "so-mau-primary"]));
  });

  test.each([
    ["link:so-mau-primry", "there is no link 'so-mau-primry' in the inventory", "Did you mean link:so-mau-primary?"],
    ["duct:quoc-lo-1", "'duct:quoc-lo-1' is no failure", "Write link:NAME, node:NAME or risk:SLUG."],
    ["agg1", "'agg1' is no failure", "Write link:NAME, node:NAME or risk:SLUG."],
  ])("%s is refused", (text, message, advice) => expect(() => causeOf(small, text)).toThrow(expect.objectContaining({ message, advice })));

  test("every link and every router once, and each of them can be carried out", () => {
    const causes = singleCauses(nghean);
    expect(causes).toHaveLength(nghean.links.size + [...nghean.hosts.values()].filter((host) => host.loopback !== undefined).length);
    expect(causes.every((cause) => cause.hosts.length === 0 && cause.links.length > 0)).toBe(true);
  });
});

test("what is lost, what changes, and whose traffic is watched", () => {
  const nothing = whatIf(small, together([]));
  expect(nothing).toMatchObject({ sites: { reached: 3, total: 3 }, pairs: { reached: 6, total: 6 }, changed: [] });
  const cause = causeOf(small, "node:agg1");
  const { sites, pairs, changed } = whatIf(small, cause);
  expect({ sites, pairs }).toEqual({ sites: { reached: 2, total: 3 }, pairs: { reached: 2, total: 6 } });
  expect(changed).toContainEqual({ from: "huyen-bien", to: "datacenter", family: "ipv4", outlook: "yes", before: ["r-huyen-bien > agg1 > core1 > fw1", "r-huyen-bien > agg1 > core2 > fw1"], after: ["r-huyen-bien > core2 > fw1"] });
  expect(changed.find((one) => one.from === "huyen-nui" && one.to === "datacenter" && one.family === "ipv6")?.outlook).toBe("no");
  expect(witnessOf(small, cause)).toBe("huyen-bien");
});

test("no single link of the shipped province takes a site from the data center", () => {
  for (const { name, links } of singleCauses(nghean).filter((cause) => cause.name.startsWith("link:"))) {
    const prediction = predict(nghean, { failed: new Set(links) });
    for (const site of offices(nghean)) expect(prediction.reachable(site, DATACENTER), `${site} without ${name}`).toBe(true);
  }
});
