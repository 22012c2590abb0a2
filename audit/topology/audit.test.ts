import { expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { auditTopology, CHECKS, reportLines, selectChecks } from "./index.ts";
import { MESSAGES } from "./messages/index.ts";
import { changedProvince, findingLines, type Change } from "./testing.ts";

const province = loadProvince(SMALL).province;
const AT = new Date("2026-12-01T00:00:00Z");

/** A body that nobody has given an office: a finding to be waived. */
const NEW_BODY: Change = { file: "bodies.yaml", from: "bodies:\n", to: "bodies:\n  - {slug: so-moi, name: Sở Mới, group: departments}\n" };

const waive = (entry: string): Change => ({ file: "waivers.yaml", from: "waivers:\n", to: `waivers:\n  - ${entry}\n` });

async function audited(at: Date, ...changes: Change[]) {
  return await auditTopology(await changedProvince([NEW_BODY, ...changes]), { checks: ["coverage.bodies"], at });
}

const OPEN = "coverage.bodies FAIL so-moi: bodies.yaml:3: so-moi has no office on the network; add its office to sites.yaml, its router to hosts.yaml and its links to links.yaml";
const WAIVER = waive("{check: coverage.bodies, subject: so-moi, until: 2026-12-31, reason: đợi trụ sở mới}");

test("a waiver holds to the end of its last day in the province's time zone, and then the finding counts again", async () => {
  const lastMinute = await audited(new Date("2026-12-31T16:59:00Z"), WAIVER);
  expect(findingLines(lastMinute)).toEqual([OPEN.replace("FAIL", "WAIVED")]);
  expect(lastMinute.summary).toMatchObject({ fail: 0, waived: 1, ok: true });
  const nextDay = await audited(new Date("2026-12-31T17:00:00Z"), WAIVER);
  expect(findingLines(nextDay)).toEqual([`${OPEN} (waiver ended 2026-12-31)`]);
  expect(nextDay.summary).toMatchObject({ fail: 1, waived: 0, ok: false });
  expect(reportLines(nextDay, "en", "x").join("\n")).toMatch(/the waiver ended on 2026-12-31 \(waivers\.yaml:\d+\): đợi trụ sở mới/);
});

test("a waiver of another subject, or of no check, is a finding itself", async () => {
  const [one, two] = ["coverage.bodies, subject: so-mau", "coverage.bodis, subject: so-moi"].map((start) => `{check: ${start}, until: 2026-12-31, reason: đợi trụ sở mới}`);
  const astray = await audited(AT, waive(`${one}\n  - ${two}`));
  expect(findingLines(astray)).toEqual([
    OPEN,
    expect.stringMatching(/^waivers\.fit FAIL coverage\.bodies so-mau: waivers\.yaml:\d+: the waiver of coverage\.bodies for so-mau waives nothing: there is no such finding; remove it/),
    expect.stringMatching(/^waivers\.fit FAIL coverage\.bodis so-moi: waivers\.yaml:\d+: the waiver names the check coverage\.bodis, which there is not; write the id/),
  ]);
});

test("what is to be done is said once for those in a row of which the same is to be done", async () => {
  const bodies = ["x", "y"].map((name) => `  - {slug: so-${name}, name: Sở ${name}, group: departments}\n`).join("");
  const report = await auditTopology(await changedProvince([{ file: "bodies.yaml", from: "bodies:\n", to: `bodies:\n${bodies}` }]), { checks: ["coverage.bodies"], at: AT });
  const [check] = report.checks;
  const [x, y] = check!.subjects.filter(({ verdict }) => verdict === "fail");
  const lines = (...subjects: unknown[]): string[] => reportLines({ ...report, checks: [{ ...check!, subjects }] } as typeof report, "en", "d").slice(1, -1).map((line) => line.trim().split(" ").slice(0, 2).join(" "));
  const other = { vi: "khác", en: "another way" };
  expect(lines(x, y)).toEqual(["FAILED so-x:", "FAILED so-y:", "→ add"]);
  expect(lines(x, { ...y, remedy: other })).toEqual(["FAILED so-x:", "→ add", "FAILED so-y:", "→ another"]);
  expect(lines(x, { ...y, verdict: "waived" })).toEqual(["FAILED so-x:", "→ add", "WAIVED so-y:"]);
});

test("waivers of checks that do not run are not judged", async () => {
  const other = await auditTopology(await changedProvince([WAIVER]), { checks: ["addressing"], at: AT });
  expect(other.checks.map(({ id }) => id)).not.toContain("waivers.fit");
});

test("checks are chosen by id or group, and a slip of the pen is named", () => {
  expect(selectChecks(["coverage"]).map(({ id }) => id)).toEqual(["coverage.bodies", "coverage.units", "coverage.communes"]);
  expect(selectChecks(["coverage.bodies", "addressing.overlap"]).map(({ id }) => id)).toEqual(["addressing.overlap", "coverage.bodies"]);
  expect(() => selectChecks(["coverage.bodys"])).toThrow(expect.objectContaining({ message: "there is no check 'coverage.bodys'", advice: "Did you mean coverage.bodies?" }) as Error);
});

test("every check has an id of its own, a source and both titles, and every subject stands once in it", async () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  for (const { id, source, title } of CHECKS) expect([id, id.includes("."), source !== "", title.vi !== title.en]).toEqual([id, true, true, true]);
  const { checks } = await auditTopology(province, { at: AT });
  for (const { id, subjects } of checks) expect([id, new Set(subjects.map(({ subject }) => subject)).size]).toEqual([id, subjects.length]);
});

test("both languages have the same sentences with the same names in them", () => {
  const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();
  expect(Object.keys(MESSAGES.vi).toSorted()).toEqual(Object.keys(MESSAGES.en).toSorted());
  for (const id of Object.keys(MESSAGES.en) as (keyof typeof MESSAGES.en)[]) expect([id, names(MESSAGES.vi[id])]).toEqual([id, names(MESSAGES.en[id])]);
});
