/** What changes of the small province do to its verdicts, in words; and where the other state may come from. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadProvince } from "../../inventory/index.ts";
import { SMALL } from "../../inventory/testing.ts";
import { changeLines, provinceAgainst, topologyChange } from "./index.ts";
import { changedProvince, type Change } from "./testing.ts";

const AT = new Date("2026-12-01T00:00:00Z");
const { province } = loadProvince(SMALL);

const NO_BACKUP: Change = { file: "links.yaml", from: "  - {name: so-mau-backup, number: 129, role: backup, ends: [core2, r-so-mau], capacityMbps: 100, carrier: nha-mang-b, ducts: [pho-nho], funds: I.1}\n", to: "" };
const ONE_DUCT: Change = { file: "links.yaml", from: "ducts: [duong-sat], pops: [tram-ga]", to: "ducts: [quoc-lo-1], pops: [tram-ga]" };

test("an office that loses its second link loses redundancy; the way back gives it back", async () => {
  const changed = await changedProvince([NO_BACKUP]);
  const there = await topologyChange(province, changed, AT);
  expect(there.sentences.map(({ en }) => en)).toEqual(["1 office(s) lose redundancy, and have one way only: so-mau", "1 verdict(s) get worse, 0 better"]);
  expect(changeLines(there, "en")).toContain("  - resilience.bridges so-mau-primary: pass → fail: a cut of so-mau-primary takes 1 office(s) off the data center: so-mau");
  const back = await topologyChange(changed, province, AT);
  expect(back.sentences.map(({ en }) => en)).toEqual(["1 office(s) gain a second way: so-mau", "0 verdict(s) get worse, 1 better"]);
  expect(back.verdicts.find(({ kind }) => kind === "better")).toMatchObject({ check: "resilience.bridges", subject: "so-mau-primary", before: { verdict: "fail" }, after: { verdict: "pass" } });
});

test("an office whose two ways come to share a duct is told of, and nothing is said of what stays", async () => {
  const { sentences, verdicts } = await topologyChange(province, await changedProvince([ONE_DUCT]), AT);
  expect(sentences.map(({ vi }) => vi)).toEqual(["1 trụ sở có hai đường nay phụ thuộc một thứ cắt được cả hai: huyen-bien", "2 kết luận xấu đi, 0 tốt lên"]);
  expect(verdicts.map(({ check, subject, kind }) => [check, subject, kind])).toEqual([["resilience.risks", "duct quoc-lo-1", "worse"], ["resilience.diversity", "huyen-bien", "worse"]]);
  expect(await topologyChange(province, province, AT)).toEqual({ sentences: [], verdicts: [] });
});

const temporary = mkdtempSync(path.join(tmpdir(), "egov-against-test-"));
afterAll(() => rmSync(temporary, { recursive: true }));

test("the other state is a folder, or a revision of the repository, whose working tree stays as it is", () => {
  const repository = path.join(temporary, "repository");
  const folder = path.join(repository, "inventory/tinh-mau");
  mkdirSync(folder, { recursive: true });
  cpSync(SMALL, folder, { recursive: true, filter: (source) => !path.basename(source).startsWith(".") });
  const git = (...argv: string[]): string => execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false", ...argv], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "-m", "as it was");
  const links = path.join(folder, "links.yaml");
  const text = readFileSync(links, "utf8");
  writeFileSync(links, text.replace(NO_BACKUP.from, ""));
  expect(provinceAgainst(folder, "HEAD").links.has("so-mau-backup")).toBe(true);
  expect(provinceAgainst(folder, folder).links.has("so-mau-backup")).toBe(false);
  expect(git("status", "--short")).toBe(" M inventory/tinh-mau/links.yaml\n");

  expect(() => provinceAgainst(folder, "HEAD~7")).toThrow(`'HEAD~7' is neither a folder nor a revision of the repository of ${folder}`);
  expect(() => provinceAgainst(folder, "--output=x")).toThrow("is neither a folder nor a revision");
  writeFileSync(links, text.replace("capacityMbps: 300", "capacityMbps: 0"));
  git("commit", "--quiet", "-am", "broken");
  expect(() => provinceAgainst(folder, "HEAD")).toThrow(`${folder} at HEAD has 1 error(s), the first: links.yaml:20: "capacityMbps" is 0; it must be more than 0`);
  const other = path.join(repository, "other");
  mkdirSync(other);
  expect(() => provinceAgainst(other, "HEAD")).toThrow(`${other} holds no inventory at HEAD`);
});
