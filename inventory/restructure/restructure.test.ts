import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { diffLines } from "diff";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Document } from "yaml";
import { FILES } from "../files.ts";
import { checkInventory, Failure, loadProvince, restructure, writeRestructuring, type Province, type Restructuring } from "../index.ts";
import { SMALL } from "../testing.ts";
import type { Operation } from "./plan.ts";

const NGHE_AN = fileURLToPath(new URL("../nghe-an/", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "egov-restructure-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function planFile(operations: readonly Operation[]): string {
  const file = path.join(folder, `plan-${(files += 1)}.yaml`);
  writeFileSync(file, new Document({ name: "Thử", operations }).toString());
  return file;
}

/** The model without the folder that it was read from. */
function modelOf(province: Province): unknown {
  const plain = (_: string, value: unknown): unknown => (value instanceof Map ? [...value] : value);
  return JSON.parse(JSON.stringify(province, plain).replaceAll(province.directory, "DIR"));
}

/** Writes the new inventory, and works out its way back from what was written. */
function writtenAndBack(result: Restructuring): { readonly out: string; readonly back: Restructuring } {
  const out = path.join(folder, `out-${(files += 1)}`);
  writeRestructuring(out, result);
  return { out, back: restructure(out, path.join(out, "steps/back.yaml")) };
}

/** Lines of one file that went and came. */
function changed(before: string, after: string, file: string): { readonly gone: string[]; readonly come: string[] } {
  const parts = diffLines(readFileSync(path.join(before, file), "utf8"), readFileSync(path.join(after, file), "utf8"));
  const lines = (of: typeof parts): string[] => of.flatMap(({ value }) => value.trimEnd().split("\n"));
  return { gone: lines(parts.filter(({ removed }) => removed)), come: lines(parts.filter(({ added }) => added)) };
}

describe("the small province", () => {
  test("communes move under numbers that nobody had, and keep their slugs", () => {
    const { steps } = restructure(SMALL, planFile([{ move: { communes: ["huyen-bien-02", "huyen-bien-xa-cat"], to: "huyen-nui" } }]));
    expect(steps.map(({ slug, title }) => `${slug}: ${title}`)).toEqual(["01-huyen-bien-to-huyen-nui: 2 communes of huyen-bien come in at site huyen-nui"]);
    const { province, moved } = steps[0]!;
    expect(province.communes.get("huyen-bien-02")).toMatchObject({ unit: "huyen-nui", site: "huyen-nui", number: 4, pilot: false, name: "Xã số 2 (Biển)", ipv4: "10.62.2.5/24" });
    expect(province.communes.get("huyen-bien-xa-cat")).toMatchObject({ unit: "huyen-nui", number: 3, pilot: true });
    expect(province.communes.get("huyen-bien-03")).toMatchObject({ unit: "huyen-bien", number: 3, ipv4: "10.62.1.4/24" });
    expect(province.units.get("huyen-bien")).toMatchObject({ communes: 1, retired: [1, 2] });
    expect(moved).toContainEqual({
      commune: "huyen-bien-02",
      from: { site: "huyen-bien", ipv4: "10.62.1.3/24", ipv6: "fd60:2014:1:4201::3/64" },
      to: { site: "huyen-nui", ipv4: "10.62.2.5/24", ipv6: "fd60:2014:1:4202::5/64" },
    });
  });

  test("a commune that comes again gets another number than the one it had", () => {
    const there = { move: { communes: ["huyen-bien-02"], to: "huyen-nui" } };
    const again = { move: { communes: ["huyen-bien-02"], to: "huyen-bien" } };
    const { province } = restructure(SMALL, planFile([there, again])).steps.at(-1)!;
    expect(province.communes.get("huyen-bien-02")).toMatchObject({ unit: "huyen-bien", number: 4 });
    expect([province.units.get("huyen-bien")!.retired, province.units.get("huyen-nui")!.retired]).toEqual([[2], [3]]);
  });

  test("two units become a new one: seat first, the other's office closes last", () => {
    const merge = { units: ["huyen-bien", "huyen-nui"], into: "bien-nui", seat: "huyen-bien", code: "903", type: "thị xã", name: "Biển Núi", offices: "close", officeName: "Ủy ban nhân dân thị xã {name}" } as const;
    const result = restructure(SMALL, planFile([{ merge }]));
    expect(result.steps.map(({ slug, connected }) => [slug, connected])).toEqual([
      ["01-huyen-nui-to-huyen-bien", 5], ["02-huyen-nui-ends", 5], ["03-huyen-nui-closes", 4], ["04-bien-nui-named", 4],
    ]);
    const { province } = result.steps.at(-1)!;
    expect([...province.units.keys()]).toEqual(["bien-nui"]);
    expect(province.sites.get("huyen-bien")).toMatchObject({ name: "Ủy ban nhân dân thị xã Biển Núi", unit: "bien-nui", number: 1 });
    expect([...province.communes.values()].map(({ slug, number }) => `${slug} ${number}`)).toEqual([
      "huyen-bien-xa-cat 1", "huyen-bien-02 2", "huyen-bien-03 3", "huyen-nui-xa-da 4", "huyen-nui-02 5",
    ]);
    expect([...province.hosts.keys(), ...province.links.keys()].filter((name) => name.includes("nui"))).toEqual([]);
    expect(province.people.people.map(({ unit }) => unit)).toEqual([undefined, "bien-nui", "bien-nui", undefined]);
    expect(province.conference.rooms.map(({ unit }) => unit)).toEqual([undefined, "bien-nui", "bien-nui"]);
  });

  test("an office that stays as a branch keeps its place, its LAN and its links, and takes in nobody", () => {
    const result = restructure(SMALL, planFile([{ merge: { units: ["huyen-bien", "huyen-nui"], into: "huyen-bien" } }]));
    const [before, after] = [result.before, result.steps.at(-1)!.province].map((province) => province.sites.get("huyen-nui")!);
    expect(after).toEqual({ ...before, unit: "huyen-bien", access: undefined });
    expect(result.steps.at(-1)!.province.links.size).toBe(result.before.links.size);
  });

  test("a unit without communes opens its office before the first one moves there", () => {
    const sites = readFileSync(path.join(SMALL, "sites.yaml"), "utf8");
    const empty = path.join(folder, "empty");
    const first = restructure(SMALL, planFile([{ move: { communes: ["huyen-nui-xa-da", "huyen-nui-02"], to: "huyen-bien" } }]));
    writeRestructuring(empty, first);
    writeFileSync(path.join(empty, "sites.yaml"), sites.replace("unit: huyen-nui, area: huyen, access: true", "unit: huyen-nui, area: huyen"));
    const { steps } = restructure(empty, planFile([{ move: { communes: ["huyen-nui-02"], to: "huyen-nui" } }]));
    expect(steps.map(({ slug }) => slug)).toEqual(["01-huyen-nui-opens", "02-huyen-bien-to-huyen-nui"]);
  });

  test("a tier ends: its units are regions of the one above, what was below moves up, and zones follow", () => {
    const { steps } = restructure(SMALL, planFile([{ abolish: { tier: 2, type: "khu vực", officeName: "Trung tâm khu vực {name}", tiers: [{ tier: 2, name: "xã, phường" }] } }]));
    expect(steps).toHaveLength(1);
    const { province } = steps[0]!;
    expect(province.tiers).toEqual([{ tier: 1, name: "tỉnh" }, { tier: 2, name: "xã, phường" }]);
    expect([...province.units.values()].map(({ type, tier }) => `${type} ${tier}`)).toEqual(["khu vực 1", "khu vực 1"]);
    expect([...province.sites.values()].map(({ name, tier }) => `${name} ${tier}`).slice(2, 4)).toEqual(["Trung tâm khu vực Biển 1", "Trung tâm khu vực Núi 1"]);
    expect(province.security.zones.find(({ name }) => name === "administration")!.tiers).toEqual([1]);
  });

  test("what names a closed office's hosts elsewhere goes with it, and comes back", () => {
    const start = path.join(folder, "named");
    writeRestructuring(start, restructure(SMALL, planFile([{ move: { communes: ["huyen-nui-02"], to: "huyen-bien" } }])));
    const rewrite = (file: string, from: string, to: string): void => {
      const text = readFileSync(path.join(start, file), "utf8");
      expect(text).toContain(from);
      writeFileSync(path.join(start, file), text.replace(from, to));
    };
    rewrite("addressing.yaml", "pools:", "overrides:\n  lans:\n    huyen-nui: {ipv4: 10.61.77.0/24}\n  links:\n    huyen-nui-primary: {ipv4: 10.60.3.128/31}\npools:");
    rewrite("environments.yaml", "managementPrefix: 10.63.240.0/24", "managementPrefix: 10.63.240.0/24\n    addresses: {r-huyen-nui: 10.63.240.77}");
    rewrite("routing.yaml", "10.62.0.0/20]", "10.61.76.0/23, 10.62.0.0/20]");
    rewrite("routing.yaml", "10.61.64.0/19", "10.61.64.0/21");
    const result = restructure(start, planFile([{ merge: { units: ["huyen-bien", "huyen-nui"], into: "huyen-bien", offices: "close" } }]));
    expect(result.steps.at(-1)!.files).toEqual(["sites", "hosts", "links", "addressing", "environments"]);
    expect(modelOf(writtenAndBack(result).back.steps.at(-1)!.province)).toEqual(modelOf(loadProvince(start).province));
  });

  test("forward and back is where we were, whatever the plan, and byte for byte where numbers were written in full", () => {
    const communes = [...loadProvince(SMALL).province.communes.keys()];
    const moves = ["huyen-bien", "huyen-nui"].map((to) =>
      fc.subarray(communes.filter((slug) => !slug.startsWith(to)), { minLength: 1 }).map((slugs): Operation => ({ move: { communes: slugs, to } })));
    const merge = fc.record({
      units: fc.constantFrom(["huyen-bien", "huyen-nui"], ["huyen-nui", "huyen-bien"]), into: fc.constantFrom("huyen-bien", "huyen-nui", "moi"),
      seat: fc.constantFrom("huyen-bien", "huyen-nui"), offices: fc.constantFrom("keep" as const, "close" as const), code: fc.constant("977"), type: fc.constant("thị xã"), name: fc.constant("Mới"),
    }).map(({ seat, ...value }): Operation => ({ merge: { ...value, ...(value.into === "moi" && { seat }) } }));
    const close = fc.constantFrom([], [{ unit: "huyen-nui", to: "huyen-bien" }], [{ unit: "huyen-bien", to: "huyen-nui" }]);
    const abolish = close.map((value): Operation => ({ abolish: { tier: 2, type: "khu vực", close: value } }));
    let worked = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(...moves, merge, abolish), { minLength: 1, maxLength: 3 }), (operations) => {
        let result: Restructuring;
        try {
          result = restructure(SMALL, planFile(operations));
        } catch (error) {
          // A plan may name what an operation before took away: that has its message, and is no plan to go back from.
          expect(error).toBeInstanceOf(Failure);
          return;
        }
        worked += 1;
        const { out, back } = writtenAndBack(result);
        expect(checkInventory(out).problems).toEqual([]);
        const home = back.steps.at(-1)!;
        expect(modelOf(home.province)).toEqual(modelOf(result.before));
        expect(back.steps.map(({ province }) => modelOf(province))).toEqual([result.before, ...result.steps.map(({ province }) => province)].toReversed().slice(1).map(modelOf));
        // A decimal's closing zeros are all that an entry loses when it goes and comes back.
        const shortened = (text: string): string => text.replace(/(\.\d*?)0+(?=[,}])/g, "$1").replace(/\.(?=[,}])/g, "");
        for (const file of FILES) expect(shortened(home.texts[file]!), file).toBe(shortened(readFileSync(path.join(SMALL, `${file}.yaml`), "utf8")));
      }),
      { numRuns: 20, seed: 6 },
    );
    expect(worked).toBeGreaterThan(8);
  }, 120_000);
});

describe("Nghệ An", () => {
  const operations: Operation[] = [
    { move: { communes: ["nghi-loc-03", "nghi-loc-nghi-lam"], to: "vinh" } },
    { merge: { units: ["vinh", "cua-lo"], into: "vinh" } },
    { merge: { units: ["thai-hoa", "nghia-dan"], into: "nghia-thai", seat: "thai-hoa", code: "433", type: "thị xã", name: "Nghĩa Thái", offices: "close" } },
    { abolish: { tier: 2, type: "khu vực", close: [{ unit: "hoang-mai", to: "quynh-luu" }] } },
  ];
  let result: Restructuring;
  let written: ReturnType<typeof writtenAndBack>;
  beforeAll(() => {
    result = restructure(NGHE_AN, planFile(operations));
    written = writtenAndBack(result);
  }, 120_000);

  test("each step is an inventory in which all are connected: add, move, take away", () => {
    expect(result.steps.map(({ slug, connected, moved }) => `${slug} ${connected} ${moved.length}`)).toEqual([
      "01-nghi-loc-to-vinh 51 2", "02-cua-lo-to-vinh 51 7", "03-cua-lo-ends 51 0",
      "04-nghia-dan-to-thai-hoa 51 25", "05-nghia-dan-ends 51 0", "06-nghia-dan-closes 50 0", "07-nghia-thai-named 50 0",
      "08-hoang-mai-to-quynh-luu 50 10", "09-hoang-mai-ends 50 0", "10-hoang-mai-closes 49 0", "11-tier-2-ends 49 0",
    ]);
    for (const { province } of result.steps) expect(province.communes.size).toBe(480);
    expect(readdirSync(path.join(written.out, "steps"))).toEqual([...result.steps.map(({ slug }) => slug), "back.yaml"]);
    for (const { slug, province } of result.steps.slice(-2)) expect(modelOf(checkInventory(path.join(written.out, "steps", slug)).province!)).toEqual(modelOf(province));
  });

  test("the new inventory passes the check, and the way back ends where it began", () => {
    expect(checkInventory(written.out).problems).toEqual([]);
    expect(written.back.steps.map(({ moved }) => moved.length)).toEqual([0, 0, 0, 10, 0, 0, 0, 25, 0, 7, 2]);
    expect(modelOf(written.back.steps.at(-1)!.province)).toEqual(modelOf(loadProvince(NGHE_AN).province));
  });

  test("nobody who stays where he was is renumbered, and what is not concerned is written as before", () => {
    const after = result.steps.at(-1)!.province;
    for (const [slug, { lan, access }] of after.sites) expect({ lan, access: slug === "cua-lo" ? result.before.sites.get(slug)!.access : access }).toEqual({ lan: result.before.sites.get(slug)!.lan, access: result.before.sites.get(slug)!.access });
    for (const [name, { prefixes, ends }] of after.links) expect({ prefixes, ends }).toEqual({ prefixes: result.before.links.get(name)!.prefixes, ends: result.before.links.get(name)!.ends });
    expect(changed(NGHE_AN, written.out, "links.yaml")).toMatchObject({ gone: expect.objectContaining({ length: 4 }) as string[], come: [] });
    expect(changed(NGHE_AN, written.out, "hosts.yaml").gone.map((line) => line.trim().slice(0, 20))).toEqual(["- {name: r-hoang-mai", "- {name: r-nghia-dan"]);
    expect(changed(NGHE_AN, written.out, "province.yaml")).toEqual({
      gone: ['  - {tier: 2, name: "huyện, thị xã, thành phố"}', '  - {tier: 3, name: "xã, phường, thị trấn"}'], come: ['  - {tier: 2, name: "xã, phường, thị trấn"}'],
    });
    for (const file of ["routing", "addressing", "risks", "qos", "bodies", "services"]) expect(changed(NGHE_AN, written.out, `${file}.yaml`)).toEqual({ gone: [], come: [] });
  });
});

test("a folder that holds something is refused, and left as it was", () => {
  const result = restructure(SMALL, planFile([{ move: { communes: ["huyen-bien-02"], to: "huyen-nui" } }]));
  const busy = mkdtempSync(path.join(folder, "busy-"));
  writeFileSync(path.join(busy, "mine"), "");
  expect(() => writeRestructuring(busy, result)).toThrow(/the folder is not empty/);
  expect(readdirSync(busy)).toEqual(["mine"]);
});
