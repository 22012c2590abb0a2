import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { alerts, ruleFiles } from "./files.ts";
import { runbookOf } from "./alert.ts";
import { CASES } from "./cases.ts";
import { inhibitRules } from "./inhibition.ts";
import { timing } from "./timing.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const provinceOf = (name: string) => loadProvince(join(ROOT, "inventory", name)).province;
const small = provinceOf("small");

/** Told by the pager, not by a rule. */
const PAGER = { name: "PrometheusDown", area: "system" } as const;

describe("every alert has a runbook", () => {
  test.each([...alerts(small), PAGER])("$name", (alert) => {
    const text = readFileSync(join(ROOT, runbookOf(alert)), "utf8");
    expect(text.startsWith(`# ${alert.name}\n`)).toBe(true);
    for (const heading of ["Tóm tắt", "Meaning", "Impact", "Diagnosis", "Mitigation"]) {
      expect(new RegExp(`^## ${heading}\n\n(?!#)\\S`, "m").test(text), `${alert.name} says nothing under ${heading}`).toBe(true);
    }
    for (const point of ["Ý nghĩa", "Ảnh hưởng", "Chẩn đoán", "Khắc phục"]) expect(text).toMatch(new RegExp(`^- \\*\\*${point}\\.\\*\\* \\S`, "m"));
  });

  test("and no runbook is of an alert that is no more", () => {
    const known = new Set([...alerts(small), PAGER].map(runbookOf));
    const areas = readdirSync(join(ROOT, "monitoring/runbooks"));
    const found = areas.flatMap((area) => readdirSync(join(ROOT, "monitoring/runbooks", area)).map((file) => `monitoring/runbooks/${area}/${file}`));
    expect(found.filter((path) => !known.has(path))).toEqual([]);
  });
});

test("the example of every alert is of an alert that there is", () => {
  expect(Object.keys(CASES).toSorted()).toEqual(alerts(small).map((alert) => alert.name).toSorted());
});

describe.each(["small", "nghe-an"])("%s", (name) => {
  const province = provinceOf(name);
  const all = alerts(province);
  const { pageWaitSeconds, ticketWaitSeconds, evaluationSeconds } = timing(province);

  test("a parent is told no later than its children, and goes on until they are over", () => {
    const named = (alert: string) => all.find((one) => one.name === alert)!;
    const chain = ["CoreIsolated", "DistrictIsolated", "LinkDown", "AdjacencyDown"].map(named);
    for (const [i, child] of chain.slice(1).entries()) {
      const parent = chain[i]!;
      expect(parent.forSeconds ?? 0).toBeLessThanOrEqual(child.forSeconds ?? 0);
      expect(all.indexOf(parent)).toBeLessThan(all.indexOf(child));
      // OSPF needs its dead time; whoever reads adjacencies is two readings behind.
      expect(parent.keepFiringSeconds).toBeGreaterThanOrEqual(province.routing.ospf.deadSeconds + 2 * province.monitoring.scrapeSeconds);
    }
  });

  test("a page waits for a parent of its own evaluation, a ticket for one of a later scrape, and a page is out in time", () => {
    const { scrapeSeconds } = province.monitoring;
    expect(pageWaitSeconds).toBeGreaterThan(evaluationSeconds);
    expect(ticketWaitSeconds).toBeGreaterThan(scrapeSeconds + evaluationSeconds);
    // Three lost requests and the wait for the last, a scrape, an evaluation, the wait.
    expect(4 + scrapeSeconds + evaluationSeconds + pageWaitSeconds).toBeLessThanOrEqual(15);
  });

  test("every router of the data center keeps the alerts of exactly its own links quiet", () => {
    for (const host of province.hosts.values()) {
      if (host.loopback === undefined || province.sites.get(host.site)!.kind !== "datacenter") continue;
      const rule = inhibitRules(province).find(({ source_matchers }) => source_matchers.includes(`host="${host.name}"`))!;
      const links = new RegExp(`^(?:${/link=~"(.*)"/.exec(rule.target_matchers[1]!)![1]})$`);
      for (const link of province.links.values()) expect(links.test(link.name), `${host.name} ${link.name}`).toBe(link.ends.some((end) => end.host === host.name));
    }
  });

  test("the same input gives the same bytes", () => {
    expect(JSON.stringify(ruleFiles(provinceOf(name)))).toBe(JSON.stringify(ruleFiles(province)));
  });
});

test.each(["network", "hosts"])("golden file of %s", async (area) => {
  await expect(ruleFiles(small).find((file) => file.name === `${area}.yml`)!.content).toMatchFileSnapshot(`golden/${area}.yml`);
});
