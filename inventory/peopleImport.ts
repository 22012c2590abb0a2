/** People from a table: a CSV file as personnel offices keep it, checked row by row before anything of it is taken. */
import { type CsvError, parse } from "csv-parse/sync";
import type { Province } from "./model.ts";
import { probeLogin, ROLE_LOGINS } from "./people.ts";
import { type Problem, Report } from "./problem.ts";
import { closest } from "./schema.ts";
import { sourceOf } from "./source.ts";

export interface ImportedPerson {
  readonly login: string;
  readonly name: string;
  readonly unit?: string;
  readonly body?: string;
  readonly quotaMiB?: number;
  readonly groups: readonly string[];
}

export interface PeopleImport {
  /** Those whom people.yaml does not have yet, in the file's order. */
  readonly added: readonly ImportedPerson[];
  /** Rows that say what people.yaml says already. */
  readonly unchanged: number;
  /** Everything that is wrong; with any, nothing should be taken over. */
  readonly problems: readonly Problem[];
}

const COLUMNS = ["login", "name", "unit", "body", "quotaMiB", "group"];
const LOGIN = /^[a-z0-9]+([._-][a-z0-9]+)*$/;
const LOGIN_LENGTH = 64;
const QUOTA_LIMIT_MIB = 1_048_576;

interface Row {
  readonly line: number;
  /** By column; a column `group` may stand several times. */
  readonly cells: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a table with a header of `login`, `name`, `unit` or `body` or both, and if wanted `quotaMiB` and any number of `group`.
 * `file` is its name for messages, `content` its bytes: UTF-8, with or without a byte order mark.
 */
export function importPeople(province: Province, file: string, content: Uint8Array): PeopleImport {
  const report = new Report();
  const rows = readRows(file, content, report);
  const people = new Map(province.people.people.map((person) => [person.login, person]));
  const first = new Map<string, number>();
  const added: ImportedPerson[] = [];
  let unchanged = 0;
  for (const row of rows) {
    const person = personOf(province, file, row, report);
    const earlier = first.get(person.login);
    first.set(person.login, earlier ?? row.line);
    const add = (message: string, remedy: string): void => report.add({ file, line: row.line, column: 1 }, message, remedy);
    const known = people.get(person.login);
    if (earlier !== undefined) add(`the login "${person.login}" stands in line ${earlier} already`, "choose another, or remove one of the rows");
    else if (known === undefined) added.push(person);
    else if (isSame(province, person, known)) unchanged += 1;
    else {
      const at = sourceOf(known, "login");
      add(`the login "${person.login}" belongs to "${known.name}" already, with other data (people.yaml:${at.line})`, "choose another, or change the person there");
    }
  }
  const problems = report.problems();
  return { added, unchanged, problems };
}

function readRows(file: string, content: Uint8Array, report: Report): Row[] {
  const at = (line: number) => ({ file, line, column: 1 });
  let text: string;
  try {
    // Lines of one kind: csv-parse counts an empty one that ends in CR LF twice.
    text = new TextDecoder("utf-8", { fatal: true }).decode(content).replaceAll(/\r\n?/g, "\n");
  } catch {
    report.add(at(1), "the file is not UTF-8", "save it as CSV UTF-8");
    return [];
  }
  let records: { readonly record: string[]; readonly info: { readonly lines: number } }[];
  try {
    records = parse(text, { info: true, trim: true, skip_empty_lines: true, relax_column_count: true }) as unknown as typeof records;
  } catch (error) {
    const { message, lines } = error as CsvError & { readonly lines?: number };
    report.add(at(lines ?? 1), `the file is not CSV: ${message.replace(/\.$/, "")}`, "quote fields that hold commas or quotes");
    return [];
  }
  const [head, ...body] = records;
  const header = head?.record ?? [];
  if (!isHeader(header, (message, remedy) => report.add(at(head?.info.lines ?? 1), message, remedy))) return [];
  return body.flatMap(({ record, info: { lines } }): Row[] => {
    if (record.length !== header.length) {
      report.add(at(lines), `the row has ${record.length} fields`, `the header has ${header.length}`);
      return [];
    }
    const cells = Map.groupBy(header.keys(), (i) => header[i]!);
    return [{ line: lines, cells: new Map([...cells].map(([name, indexes]) => [name, indexes.map((i) => record[i]!).filter((value) => value !== "")])) }];
  });
}

function isHeader(header: readonly string[], add: (message: string, remedy: string) => void): boolean {
  const remedy = `write a first line of: ${COLUMNS.join(",")}`;
  const unknown = header.filter((name) => !COLUMNS.includes(name));
  const double = header.filter((name, i) => name !== "group" && header.indexOf(name) !== i);
  if (header.length === 0) add("the file is empty", remedy);
  else if (unknown.length > 0) add(`there is no column "${unknown[0]}"`, remedy);
  else if (double.length > 0) add(`the column "${double[0]}" stands twice`, "only group may stand several times");
  else if (!header.includes("login") || !header.includes("name") || !(header.includes("unit") || header.includes("body"))) add("the header lacks login, name, or unit and body", remedy);
  else return true;
  return false;
}

/** A row as a person, its faults reported. */
function personOf(province: Province, file: string, { line, cells }: Row, report: Report): ImportedPerson {
  const add = (message: string, remedy: string): void => report.add({ file, line, column: 1 }, message, remedy);
  const cell = (name: string): string | undefined => cells.get(name)?.[0];
  const [login = "", name = "", unit, body, quota] = ["login", "name", "unit", "body", "quotaMiB"].map(cell);
  const groups = cells.get("group") ?? [];
  if (!LOGIN.test(login) || login.length > LOGIN_LENGTH) add(`"${login}" is no login`, "use lower-case letters, digits, and single dots, hyphens or underscores between them");
  if (name === "") add("the row has no name", "write the person's name");
  if (unit !== undefined && body !== undefined) add("the row has a unit and a body", "keep the one where the person works");
  if (unit === undefined && body === undefined) add("the row has neither a unit nor a body", "write where the person works");
  const follow = (what: string, value: string | undefined, known: Iterable<string>): void => {
    const all = new Set(known);
    if (value === undefined || all.has(value)) return;
    const near = closest(value, all);
    add(`there is no ${what} "${value}"`, near === undefined ? "name one of the inventory's" : `did you mean "${near}"?`);
  };
  follow("unit", unit, province.units.keys());
  follow("body", body, province.bodies.keys());
  for (const group of groups) follow("group", group, province.people.groups.map((one) => one.login));
  if (quota !== undefined && !(/^\d+$/.test(quota) && Number(quota) >= 1 && Number(quota) <= QUOTA_LIMIT_MIB)) {
    add(`"${quota}" is no size of a mailbox`, `write whole MiB from 1 to ${QUOTA_LIMIT_MIB}`);
  }
  const taken = province.people.groups.some((group) => group.login === login) ? "is a group's"
    : ROLE_LOGINS.includes(login) ? "goes to the postmaster"
      : [...province.sites.values()].some((site) => site.kind === "office" && probeLogin(site.slug) === login) ? "is a probe's" : undefined;
  if (taken !== undefined) add(`the login "${login}" ${taken}`, "choose another");
  return {
    login, name, groups,
    ...(unit !== undefined && { unit }), ...(body !== undefined && { body }), ...(quota !== undefined && { quotaMiB: Number(quota) }),
  };
}

function isSame(province: Province, row: ImportedPerson, known: Province["people"]["people"][number]): boolean {
  return row.name === known.name && row.unit === known.unit && row.body === known.body && row.quotaMiB === known.quotaMiB &&
    row.groups.every((group) => province.people.groups.find((one) => one.login === group)?.members.includes(row.login) === true);
}
