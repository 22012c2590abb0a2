/** The audit's page in a real browser that has no network: what is drawn, clicked, slid and switched; and the report as it is printed. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditTopology } from "../audit/topology/index.ts";
import { renderPage, renderSvg, topologyMap, type TopologyMap } from "../audit/topology/page/index.ts";
import { changedProvince } from "../audit/topology/testing.ts";
import { ensureImage } from "../infra/twin/image.ts";
import type { TopologyReport } from "../audit/topology/index.ts";
import type { Province } from "../inventory/model.ts";
import { BROWSER_PACKAGES, openPage, type Chromium } from "./lib/chromium.ts";
import { writePictures } from "./lib/pictures.ts";

const HOSTILE = `Núi </script><script>window.harm=1</script><img src="http://192.0.2.1/x" onerror="window.harm=1">`;
/** The slowest thing that is waited for, milliseconds: generous, for busy machines. */
const PATIENCE = { timeout: 30_000, interval: 100 };

let chromium: Chromium;
let province: Province;
let report: TopologyReport;
let map: TopologyMap;
let page: Page & AsyncDisposable;
const heard: string[] = [];

beforeAll(async () => {
  chromium = { root: (await ensureImage(BROWSER_PACKAGES, () => {})).root };
  province = await changedProvince([{ file: "units.yaml", from: "name: Núi", to: `name: ${JSON.stringify(HOSTILE)}` }]);
  report = await auditTopology(province);
  map = topologyMap(province, report);
  page = await openPage(chromium, renderPage(map), (opened) => {
    opened.on("request", (request) => heard.push(`request ${request.url()}`));
    opened.on("console", (message) => heard.push(`console ${message.text()}`));
    opened.on("pageerror", (error) => heard.push(`error ${String(error)}`));
  });
  await page.waitForFunction("document.documentElement.dataset.drawn !== undefined", { timeout: PATIENCE.timeout });
}, 400_000);

afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
});

const textOf = async (selector: string): Promise<string> => (await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`)) as string;
/** Cytoscape's own handle, which it leaves at its container. */
const CY = `document.getElementById("graph")._cyreg.cy`;
const toneOf = async (id: string): Promise<string> => (await page.evaluate(`${CY}.getElementById(${JSON.stringify(id)}).data("tone")`)) as string;
const colourOf = async (id: string): Promise<string> => (await page.evaluate(`${CY}.getElementById(${JSON.stringify(id)}).style("background-color")`)) as string;

/** Clicks where an element of the drawing is: a node's middle, an edge's middle. */
async function clickOn(id: string): Promise<void> {
  const { x, y } = (await page.evaluate(`(() => {
    const one = ${CY}.getElementById(${JSON.stringify(id)}), box = document.getElementById("graph").getBoundingClientRect();
    const at = one.isNode() ? one.renderedPosition() : one.renderedMidpoint();
    return { x: box.left + at.x, y: box.top + at.y };
  })()`)) as { x: number; y: number };
  await page.mouse.click(x, y);
}

async function slideTo(value: number): Promise<void> {
  await page.evaluate(`(() => { const slider = document.getElementById("failure"); slider.value = "${value}"; slider.dispatchEvent(new Event("input", { bubbles: true })); })()`);
}

describe("the page", { timeout: 120_000 }, () => {
  test("draws every node and link, and asks the network for nothing", async () => {
    expect(await page.evaluate(`[${CY}.nodes("[layer]").length, ${CY}.edges().length]`)).toEqual([map.nodes.length, map.links.length]);
    expect(await textOf("#title")).toBe("Kiểm tra cấu trúc mạng: Tỉnh Mẫu");
    expect(await page.$eval("html", (element) => (element as unknown as { lang: string }).lang)).toBe("vi");
    expect(heard.filter((line) => !line.startsWith("request file:///tmp/page.html"))).toEqual([]);
  });

  test("names of the data are text: nothing in them runs, and nothing else may", async () => {
    await clickOn("r-huyen-nui");
    await expect.poll(async () => await textOf("#selection h2"), PATIENCE).toBe(HOSTILE);
    expect(await page.evaluate("window.harm")).toBeUndefined();
    expect(await page.evaluate(`document.querySelectorAll("img").length`)).toBe(0);
    await page.evaluate(`(() => { const script = document.createElement("script"); script.textContent = "window.harm = 1"; document.body.append(script); })()`);
    expect(await page.evaluate("window.harm")).toBeUndefined();
    expect(await page.evaluate(`fetch("http://192.0.2.1/").then(() => "fetched", () => "refused")`)).toBe("refused");
  });

  test("a click shows what was found of a node or a link, and why", async () => {
    const failed = report.checks.flatMap(({ subjects }) => subjects).find(({ verdict, links, evidence }) => verdict !== "pass" && links?.includes("huyen-nui-primary") === true && evidence !== undefined)!;
    expect(failed).toBeDefined();
    await clickOn("huyen-nui-primary");
    await expect.poll(async () => await textOf("#selection h2"), PATIENCE).toBe("huyen-nui-primary");
    const shown = await textOf("#selection");
    for (const part of ["34 Mbit/s", "quoc-lo-7", failed.finding!.vi, `${failed.place!.file}:${failed.place!.line}`, Object.keys(failed.evidence!)[0]!]) expect(shown).toContain(part);
  });

  test("the slider breaks one thing after the other, and colours what it does", async () => {
    const before = await colourOf("r-huyen-nui");
    const index = map.failures.findIndex(({ id }) => id === "quoc-lo-7");
    await slideTo(index + 1);
    expect([await toneOf("r-huyen-nui"), await toneOf("r-huyen-bien"), await toneOf("huyen-nui-primary")]).toEqual(["lost", "untouched", "cut"]);
    expect(await colourOf("r-huyen-nui")).not.toBe(await colourOf("r-huyen-bien"));
    expect(await textOf("#effect")).toBe(`sự cố ${index + 1}/${map.failures.length} · tuyến cáp Cáp treo quốc lộ 7 · 1 trụ sở và 2 xã mất kết nối với trung tâm dữ liệu, 0 trụ sở không còn dự phòng`);
    await page.click("#previous");
    expect(await textOf("#effect")).toContain(`sự cố ${index}/`);
    await page.select("#kinds", "node");
    await page.click("#next");
    expect(await textOf("#effect")).toContain("sự cố 1/7 · bộ định tuyến");
    await slideTo(0);
    await page.select("#kinds", "");
    expect(await colourOf("r-huyen-nui")).toBe(before);
    expect(await textOf("#effect")).toBe("Không có sự cố: màu thể hiện kết quả đánh giá");
  });

  test("one check's verdicts can be shown alone", async () => {
    const index = map.checks.findIndex(({ id }) => id === "coverage.units");
    await page.select("#checks", String(index));
    expect([await toneOf("r-huyen-nui"), await toneOf("core1"), await toneOf("huyen-nui-primary")]).toEqual(["pass", "none", "none"]);
    await page.select("#checks", "");
    expect(await toneOf("huyen-nui-primary")).not.toBe("none");
  });

  test("the view by layers has rows and areas; the map comes back", async () => {
    const at = async (id: string): Promise<{ x: number; y: number }> => (await page.evaluate(`(() => { const { x, y } = ${CY}.getElementById(${JSON.stringify(id)}).position(); return { x, y }; })()`)) as { x: number; y: number };
    const place = await at("r-so-mau");
    await page.click('[data-view="layers"]');
    const rows = await Promise.all(["segment services", "fw1", "core1", "agg1", "r-so-mau"].map(async (id) => (await at(id)).y));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(await page.evaluate(`${CY}.nodes(".block").map((one) => one.data("label"))`)).toEqual(["huyen", "metro"]);
    await page.click('[data-view="map"]');
    expect(await at("r-so-mau")).toEqual(place);
    expect(await page.evaluate(`${CY}.nodes(".block").length`)).toBe(0);
  });

  test("everything is said in English, too, and what is not found is said to be", async () => {
    await page.click("#language");
    expect([await textOf("#title"), await textOf("#fit"), await textOf("#effect")]).toEqual(["Topology audit: Tỉnh Mẫu", "Whole picture", "Nothing is broken: colours show verdicts"]);
    expect(await page.evaluate("document.documentElement.lang")).toBe("en");
    const search = async (text: string): Promise<string> => {
      await page.evaluate(`(() => { const search = document.getElementById("search"); search.value = ${JSON.stringify(text)}; search.dispatchEvent(new Event("change")); })()`);
      return await textOf("#selection");
    };
    expect(await search("biển")).toContain("Ủy ban nhân dân huyện Biển");
    expect(await search("dns1")).toContain("services");
    await search("không có");
    expect(await page.evaluate(`document.getElementById("search").getAttribute("aria-invalid")`)).toBe("true");
    await page.click("#language");
    expect(await textOf("#fit")).toBe("Toàn cảnh");
    expect(heard.filter((line) => line.startsWith("error") || line.startsWith("request http"))).toEqual([]);
  });
});

describe("files", { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), "egov-pictures-")); });
  afterAll(async () => await rm(folder, { recursive: true }));

  test("are written, the report as PDF with all its pages", async () => {
    const files = Object.fromEntries(["html", "svg", "pdf"].map((kind) => [kind, join(folder, `audit.${kind}`)])) as Record<"html" | "svg" | "pdf", string>;
    expect(await writePictures(province, report, { ...files, view: "layers", lang: "vi" })).toEqual([files.html, files.svg, files.pdf]);
    const pdf = (await readFile(files.pdf)).toString("latin1");
    expect(pdf.startsWith("%PDF-")).toBe(true);
    expect(pdf.match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThanOrEqual(3);
    // Letters that the fonts lack would be missing on paper.
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+LiberationSans/);
    expect(await readFile(files.svg, "utf8")).toBe(renderSvg(map, { view: "layers", language: "vi" }));
  });

  test("a drawing is XML that a browser reads without a word", async () => {
    const verdict = await page.evaluate(`new DOMParser().parseFromString(${JSON.stringify(renderSvg(map, { view: "map", language: "vi" }))}, "image/svg+xml").querySelectorAll("parsererror").length`);
    expect(verdict).toBe(0);
  });

  test("that cannot be written are named", async () => {
    await expect(writePictures(province, report, { svg: join(folder, "none/x.svg"), view: "map", lang: "en" })).rejects.toThrow(`${join(folder, "none/x.svg")}: cannot write the file (ENOENT)`);
  });
});
