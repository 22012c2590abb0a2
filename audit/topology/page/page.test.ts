import { createHash } from "node:crypto";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadProvince } from "../../../inventory/index.ts";
import type { Province } from "../../../inventory/model.ts";
import { SMALL } from "../../../inventory/testing.ts";
import { auditTopology } from "../audit.ts";
import { changedProvince } from "../testing.ts";
import { placeLabels } from "./labels.ts";
import { mapLayout, SPACING } from "./layout.ts";
import { conditionsUnder, DIAMETERS, Verdicts } from "./look.ts";
import { renderPage, renderReport, renderSvg, topologyMap, type TopologyMap } from "./index.ts";
import type { BareNode } from "./map.ts";
import { en } from "./messages/en.ts";
import { vi } from "./messages/vi.ts";
import { escapeMarkup, scriptJson, wrap } from "./text.ts";

/** A name that would do harm wherever it got into a page as markup. */
const HOSTILE = `Núi </script><script>window.harm=1</script><img src=x onerror="window.harm=1"> & 'x'`;

/** With these checks only, so that a new one does not change what is drawn here. */
const CHECKS = ["coverage", "resilience.bridges"];

async function mapOf(province: Province): Promise<TopologyMap> {
  return topologyMap(province, await auditTopology(province, { checks: CHECKS, at: new Date("2026-07-01T00:00:00Z") }));
}

let small: TopologyMap;
beforeAll(async () => {
  small = await mapOf(loadProvince(SMALL).province);
});

describe("what is shown", () => {
  test("every router and segment, every link and leg, with the worst of the verdicts on it", () => {
    expect(small.nodes.map(({ id, layer }) => `${layer} ${id}`)).toEqual([
      "core core1", "core core2", "aggregation agg1", "firewall fw1", "state-edge tslcd1", "site-router r-huyen-bien", "site-router r-huyen-nui", "site-router r-so-mau",
      "segment segment services", "segment segment administration", "segment segment public",
    ]);
    expect(small.nodes.find(({ id }) => id === "r-huyen-bien")).toMatchObject({ label: "Biển", siteName: "Ủy ban nhân dân huyện Biển", communes: 3, area: "huyen" });
    expect(small.nodes.find(({ id }) => id === "segment services")!.hosts).toEqual(["dns1", "ntp1", "mbox1"]);
    expect(small.links).toHaveLength(14 + 3);
    const known = new Set(small.nodes.map(({ id }) => id));
    expect(small.links.flatMap(({ ends }) => ends).filter((end) => !known.has(end))).toEqual([]);
  });

  test("failures come with what people call them, the worst first", () => {
    const cut = small.failures.find(({ id }) => id === "quoc-lo-7")!;
    expect(cut).toMatchObject({ kind: "duct", name: "Cáp treo quốc lộ 7", links: ["huyen-nui-primary"], lost: ["huyen-nui"] });
    const lost = small.failures.map((failure) => failure.lost.length);
    expect(lost).toEqual(lost.toSorted((a, b) => b - a));
    expect(new Set(small.failures.map(({ kind, id }) => `${kind} ${id}`)).size).toBe(small.failures.length);
    const conditions = conditionsUnder(cut, small);
    expect(Object.fromEntries(["huyen-nui-primary", "r-huyen-nui", "r-huyen-bien", "agg1", "huyen-bien-primary"].map((id) => [id, conditions.get(id)]))).toEqual({
      "huyen-nui-primary": "cut", "r-huyen-nui": "lost", "r-huyen-bien": "untouched", agg1: "untouched", "huyen-bien-primary": "untouched",
    });
    const hub = conditionsUnder(small.failures.find(({ id }) => id === "agg1")!, small);
    expect([hub.get("agg1"), hub.get("r-huyen-nui"), hub.get("r-huyen-bien"), hub.get("huyen-bien-primary")]).toEqual(["cut", "lost", "thinned", "cut"]);
  });

  test("the worst verdict counts; what nobody judged has none", () => {
    const verdicts = new Verdicts([{ verdict: "pass", hosts: ["a"], links: ["l"] }, { verdict: "unknown", sites: ["s"] }, { verdict: "fail", hosts: ["b"] }]);
    const node = (hosts: string[], site: string): Parameters<Verdicts["ofNode"]>[0] => ({ hosts, site, layer: "site-router" });
    expect([verdicts.ofNode(node(["a"], "x")), verdicts.ofNode(node(["a"], "s")), verdicts.ofNode(node(["a", "b"], "s")), verdicts.ofNode(node(["c"], "x"))]).toEqual(["pass", "unknown", "fail", undefined]);
    // A site's verdict is its office's; the data center's routers have their own.
    expect(verdicts.ofNode({ ...node(["a"], "s"), layer: "core" })).toBe("pass");
    expect(verdicts.ofLink({ id: "l", role: "primary" })).toBe("pass");
  });
});

describe("where it is drawn", () => {
  const office = (i: number, lat: number, lon: number): BareNode => ({ id: `r-${i}`, label: `Trụ sở số ${i}`, layer: "site-router", site: `s${i}`, siteName: "", hosts: [], communes: 0, lat, lon });
  const nearest = (points: readonly { readonly x: number; readonly y: number }[]): number =>
    points.reduce((least, a, i) => points.slice(i + 1).reduce((so, b) => Math.min(so, Math.hypot(a.x - b.x, a.y - b.y)), least), Infinity);

  test.each([
    ["one node", [office(0, 18, 105)]],
    ["one place for all", Array.from({ length: 120 }, (_, i) => office(i, 18.67, 105.68))],
    ["along a line", Array.from({ length: 40 }, (_, i) => office(i, 18 + i / 40, 105))],
    ["600 of them", Array.from({ length: 600 }, (_, i) => office(i, 18 + ((i * 37) % 100) / 100, 104 + ((i * 61) % 150) / 100))],
  ])("%s: none lies on another, and all are on the sheet", (_, nodes) => {
    const { points, size } = mapLayout(nodes);
    if (nodes.length > 1) expect(nearest(points)).toBeGreaterThan(0.75 * SPACING);
    expect(points.filter(({ x, y }) => !(x >= 0 && y >= 0 && x <= size.width && y <= size.height))).toEqual([]);
    expect(mapLayout(nodes).points).toEqual(points);
  });

  test("north is up and west is left", () => {
    const [a, b] = mapLayout([office(0, 19, 104), office(1, 18, 105)]).points;
    expect(a!.x < b!.x && a!.y < b!.y).toBe(true);
  });

  test("labels of the map lie on no node and on no other label", () => {
    const boxes = placeLabels(small.nodes, "map").map(({ lines, x, y, anchor, size }) => {
      const width = Math.max(...lines.map((text) => text.length)) * size * 0.5;
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      return { left, right: left + width, top: y - size + 2, bottom: y + (lines.length - 1) * (size + 1) };
    });
    const nodes = small.nodes.map(({ at: { map: { x, y } }, layer }) => ({ left: x - DIAMETERS[layer] / 2, right: x + DIAMETERS[layer] / 2, top: y - DIAMETERS[layer] / 2, bottom: y + DIAMETERS[layer] / 2 }));
    const meet = (a: (typeof boxes)[number], b: (typeof boxes)[number]): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    expect(boxes.length).toBeGreaterThan(5);
    expect(boxes.flatMap((box, i) => [...boxes.slice(i + 1), ...nodes].filter((other) => meet(box, other)))).toEqual([]);
  });
});

describe("drawings", () => {
  test.each([["map", "vi"], ["layers", "en"]] as const)("%s in %s, byte for byte", async (view, language) => {
    await expect(renderSvg(small, { view, language })).toMatchFileSnapshot(path.join(import.meta.dirname, `golden/small-${view}.svg`));
  });

  test("a failure is named, and coloured by what it does", () => {
    const failure = small.failures.find(({ id }) => id === "quoc-lo-7")!;
    const svg = renderSvg(small, { view: "layers", language: "vi", failure });
    expect(svg).toContain("tuyến cáp Cáp treo quốc lộ 7: 1 trụ sở và 2 xã mất kết nối với trung tâm dữ liệu, 0 trụ sở không còn dự phòng");
    expect(svg.match(/fill="#c0272d"[^>]*><title>[^<]*/g)).toEqual(['fill="#c0272d" stroke="#ffffff" stroke-width="1.5"><title>Núi (r-huyen-nui)']);
  });
});

describe("what comes from the data is text and nothing else", () => {
  let hostile: TopologyMap;
  beforeAll(async () => {
    hostile = await mapOf(await changedProvince([
      { file: "units.yaml", from: "name: Núi", to: `name: ${JSON.stringify(HOSTILE)}` },
      { file: "risks.yaml", from: "name: Cáp treo quốc lộ 7", to: `name: ${JSON.stringify(HOSTILE)}` },
    ]));
  });

  test("in drawings and reports", () => {
    for (const text of [renderSvg(hostile, { view: "layers", language: "vi" }), renderReport(hostile, "vi"), renderReport(hostile, "en")]) {
      expect(text).toContain("&lt;/script&gt;");
      expect(text).not.toMatch(/<script|<img|onerror="/);
    }
  });

  test("in the page, whose scripts are two: its data and the one that its policy names", () => {
    const page = renderPage(hostile);
    expect(page.match(/<\/?script/g)).toEqual(["<script", "</script", "<script", "</script"]);
    const [, data, script] = /<script type="application\/json" id="data">(.*?)<\/script>\n<script>(.*?)<\/script>/s.exec(page)!;
    expect(JSON.parse(data!)).toEqual(JSON.parse(JSON.stringify(hostile)));
    expect(page).toContain(`script-src &#39;sha256-${createHash("sha256").update(script!).digest("base64")}&#39;`);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("nothing is fetched: no element of page or report refers to anything", () => {
    for (const text of [renderPage(small).replace(/<script>.*<\/script>/s, ""), renderReport(small, "vi")]) expect(text).not.toMatch(/\s(src|href|srcset|action)=|url\(|@import/);
  });

  test("signs that end texts are written otherwise", () => {
    expect(escapeMarkup(`<a b="c">&'\u0000\u001b`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    expect(scriptJson({ a: "</script><!--\u2028" })).toBe('{"a":"\\u003c/script\\u003e\\u003c!--\\u2028"}');
    expect(JSON.parse(scriptJson({ a: "</script>&\u2029" }))).toEqual({ a: "</script>&\u2029" });
  });
});

test("a label breaks between words", () => {
  expect(wrap("Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", 17, 4)).toEqual(["Ủy ban Mặt trận", "Tổ quốc Việt Nam", "tỉnh"]);
  expect(wrap("một hai ba bốn", 7, 1)).toEqual(["một hai…"]);
});

test("both languages say everything with the same values", () => {
  const values = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();
  for (const id of Object.keys(en) as (keyof typeof en)[]) expect(values(vi[id]), id).toEqual(values(en[id]));
});
