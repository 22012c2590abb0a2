/** What the graph says of failures against what routing's model says: two ways to the same answer. */
import path from "node:path";
import { expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { networkOf } from "./network.ts";
import { impactsOf } from "./resilience.ts";
import { DATACENTER, predict } from "./spf.ts";

/** Where routing loses more than the links do: a finding of resilience.routing, which is waived. */
const KNOWN: Readonly<Record<string, readonly string[]>> = { small: ["core2-agg1-huyen: huyen-nui"], "nghe-an": [] };

test.each(["small", "nghe-an"])("%s: each single failure and each shared risk loses the offices that routing loses", (name) => {
  const { province } = loadProvince(path.join(SMALL, "..", name));
  const network = networkOf(province);
  const differences = impactsOf(province, network).flatMap(({ name: failure, hosts, links, lost }) => {
    const prediction = predict(province, { failed: new Set([...hosts, ...links]) });
    const cut = network.sites.map(({ site }) => site.slug).filter((site) => !prediction.reachable(site, DATACENTER));
    expect([failure, lost.filter((site) => !cut.includes(site))]).toEqual([failure, []]);
    const more = cut.filter((site) => !lost.includes(site));
    return more.length === 0 ? [] : [`${failure}: ${more.join(", ")}`];
  });
  expect(differences).toEqual(KNOWN[name]);
});

test("an impact tells what is lost with the place itself, what is lost by surprise, and what is left with one way", () => {
  const { province } = loadProvince(SMALL);
  const impacts = new Map(impactsOf(province, networkOf(province)).map((impact) => [impact.name, impact]));
  const told = (name: string) => { const { lost, own, surprised, thinned } = impacts.get(name)!; return { lost, own, surprised, thinned }; };
  expect(told("huyen-bien-primary")).toEqual({ lost: [], own: [], surprised: [], thinned: ["huyen-bien"] });
  expect(told("agg1")).toEqual({ lost: ["huyen-nui"], own: [], surprised: [], thinned: ["huyen-bien"] });
  expect(told("r-so-mau")).toEqual({ lost: ["so-mau"], own: ["so-mau"], surprised: [], thinned: [] });
  expect(told("power-feed dien-trung-tam")).toEqual({ lost: ["huyen-bien", "huyen-nui", "so-mau"], own: ["so-mau"], surprised: ["huyen-bien"], thinned: [] });
  expect(told("carrier nha-mang-b")).toEqual({ lost: [], own: [], surprised: [], thinned: ["huyen-bien", "so-mau"] });
});
