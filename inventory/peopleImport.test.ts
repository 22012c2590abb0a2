/** Tables of people: one fault a file beside its exact messages in `fixtures/people-csv/`, and what a sound table does to people.yaml. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkInventory, formatProblem, loadProvince } from "./index.ts";
import { addPeople, setPasswordHash } from "./peopleFile.ts";
import { importPeople } from "./peopleImport.ts";
import { copyOfSmall } from "./testing.ts";

const TABLES = fileURLToPath(new URL("fixtures/people-csv/", import.meta.url));

let directory: string;
beforeEach(() => { directory = copyOfSmall(); });
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = () => readFileSync(path.join(directory, "people.yaml"), "utf8");
const imported = (table: string | Uint8Array) => importPeople(loadProvince(directory).province, "t.csv", typeof table === "string" ? Buffer.from(table) : table);

test.each(readdirSync(TABLES).filter((name) => name.endsWith(".csv")))("%s", (name) => {
  const { problems } = importPeople(loadProvince(directory).province, name, readFileSync(path.join(TABLES, name)));
  expect(problems.map(formatProblem)).toEqual(readFileSync(path.join(TABLES, name.replace(".csv", ".txt")), "utf8").trimEnd().split("\n"));
});

describe("a sound table", () => {
  const TABLE = 'login,name,unit,body,quotaMiB,group\r\nnguyen.van.a,"Nguyễn Văn A, văn thư",huyen-bien,,200,toan-tinh\r\ntran.b,Trần B,,so-mau,,\r\n';

  test.each([["without", ""], ["with", "\uFEFF"]])("%s a byte order mark adds its people and leaves every other line as it was", (_, mark) => {
    const before = read().split("\n");
    const { added, problems } = imported(mark + TABLE);
    expect(problems).toEqual([]);
    addPeople(directory, added);
    const after = read().split("\n");
    const added_ = [
      '  - {login: nguyen.van.a, name: "Nguyễn Văn A, văn thư", unit: huyen-bien, quotaMiB: 200}',
      "  - {login: tran.b, name: Trần B, body: so-mau}",
    ];
    expect(after.filter((line) => !before.includes(line) && !line.includes("toan-tinh"))).toEqual(added_);
    expect(before.filter((line) => !after.includes(line))).toEqual([before.find((line) => line.includes("toan-tinh"))]);
    expect(after.find((line) => line.includes("toan-tinh"))).toContain("vanthu.huyennui, nguyen.van.a]}");
    expect(checkInventory(directory).problems).toEqual([]);
  });

  test("taken twice changes nothing", () => {
    addPeople(directory, imported(TABLE).added);
    const once = read();
    const again = imported(TABLE);
    expect(again).toEqual({ added: [], unchanged: 2, problems: [] });
    expect(read()).toBe(once);
  });
});

test("a password's hash goes to its person only", () => {
  const hash = `$6$rounds=50000$abcdefgh$${"a".repeat(86)}`;
  const before = read().split("\n");
  setPasswordHash(directory, "vanthu.somau", hash);
  const after = read().split("\n");
  expect(after.filter((line, i) => line !== before[i])).toEqual([`  - {login: vanthu.somau, name: Văn thư Sở Mẫu, body: so-mau, passwordHash: ${hash}}`]);
  expect(loadProvince(directory).province.people.people.find((one) => one.login === "vanthu.somau")?.passwordHash).toBe(hash);
});

test("any table ends in people or in problems that name one of its lines", () => {
  const { province } = loadProvince(directory);
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."ab,\"\n\r;é \uFEFF") }), (text) => {
    const { problems } = importPeople(province, "t.csv", Buffer.from(`login,name,unit\n${text}`));
    for (const { line } of problems) expect(line).toBeLessThanOrEqual(2 + text.split(/\r\n|\r|\n/).length);
  }), { numRuns: 300 });
});
