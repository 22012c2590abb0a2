/** Which files a province's folder has, and reading them: YAML to plain data, with the place of every value. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Node } from "yaml";
import { Failure } from "./failure.ts";
import type { Report } from "./problem.ts";
import { closest } from "./schema.ts";
import { remember, type Source } from "./source.ts";

/** The files of a province, without `.yaml`. Each has a schema of the same name in `schema/`. */
export const FILES = [
  "province",
  "units",
  "bodies",
  "sites",
  "hosts",
  "links",
  "risks",
  "addressing",
  "routing",
  "qos",
  "services",
  "datacenter",
  "communes",
  "funds",
  "roadmap",
  "security",
  "certificates",
  "people",
  "mail",
  "conference",
  "monitoring",
  "environments",
  "demand",
  "waivers",
] as const;

/** Files that a province may do without: what they say is then said of nothing. */
export const OPTIONAL_FILES: ReadonlySet<FileName> = new Set(["demand", "waivers"] as const);

export type FileName = (typeof FILES)[number];

/** The data of a file; undefined when it is missing or is not YAML. */
export type Contents = Readonly<Record<FileName, unknown>>;

/** The text of each file; undefined when it is missing or cannot be read. */
export type Texts = Readonly<Record<FileName, string | undefined>>;

/**
 * Reads all files of a province's folder. What is missing, unknown or unreadable goes to the report. Stack settings
 * (`Pulumi.yaml`, `Pulumi.<stack>.yaml`) and what starts with a dot belong to others. Throws a Failure when there is no
 * such folder.
 */
export function readFiles(directory: string, report: Report): Texts {
  let names: string[];
  try {
    names = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    throw new Failure(
      `${directory}: cannot read the inventory's folder (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      {
        advice: "name a folder with a province.yaml, or start one: ./egov inventory init DIR",
        cause: error,
      },
    );
  }
  const known = new Set<string>(FILES.map((file) => `${file}.yaml`));
  for (const name of names) {
    if (!/\.ya?ml$/.test(name) || known.has(name) || /^Pulumi\.([^/]*\.)?yaml$/.test(name) || name.startsWith(".")) continue;
    const near = closest(name.replace(/\.ya?ml$/, ""), FILES);
    const remedy = near === undefined ? `known files are ${[...known].join(", ")}` : `did you mean ${near}.yaml?`;
    report.add({ file: path.join(directory, name), line: 1, column: 1 }, "unknown file", remedy);
  }
  const read = (name: FileName): string | undefined => {
    const file = path.join(directory, `${name}.yaml`);
    const start = { file, line: 1, column: 1 };
    if (!names.includes(`${name}.yaml`)) {
      if (OPTIONAL_FILES.has(name)) return undefined;
      report.add(start, "the file is missing", `write it after schema/${name}.schema.json`);
      return undefined;
    }
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      report.add(
        start,
        `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
        "make it readable",
      );
      return undefined;
    }
  };
  return Object.fromEntries(FILES.map((name) => [name, read(name)])) as Record<FileName, string | undefined>;
}

/** What was parsed already, by file and text: parsing is most of the time that a check takes. For one folder. */
export type Parsed = Map<string, object>;

/** Parses the texts of a province's files, whose places are said to be in `directory`. What is not YAML goes to the report. */
export function parseFiles(directory: string, texts: Texts, report: Report, parsed: Parsed = new Map()): Contents {
  const parseFile = (name: FileName): unknown => {
    const text = texts[name];
    if (text === undefined) return undefined;
    const key = `${name}\0${text}`;
    const data = parsed.get(key) ?? parseMapping(path.join(directory, `${name}.yaml`), text, name, report);
    if (data !== undefined) parsed.set(key, data);
    return data;
  };
  return Object.fromEntries(FILES.map((name) => [name, parseFile(name)])) as Record<FileName, unknown>;
}

/** A YAML file that holds a mapping, as plain data with places; undefined, with a word in the report, for anything else. */
export function parseMapping(file: string, text: string, schema: string, report: Report): object | undefined {
  const data = parse(file, text, report);
  if (data === undefined || (typeof data === "object" && data !== null && !Array.isArray(data))) return data;
  report.add({ file, line: 1, column: 1 }, "the file is not a mapping", `write keys and values after schema/${schema}.schema.json`);
  return undefined;
}

function parse(file: string, text: string, report: Report): unknown {
  const lines = new LineCounter();
  // prettyErrors would add an excerpt of several lines to each message.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let aliases = 0;
  visit(document, {
    Alias: (_, alias) => {
      aliases += 1;
      report.add(
        at(alias.range?.[0] ?? 0),
        `"*${alias.source}" stands for a value elsewhere`,
        "write the value out: the inventory has no aliases",
      );
    },
  });
  if (document.errors.length === 0 && document.contents !== null)
    return aliases === 0 ? toData(document.contents, at) : undefined;
  for (const error of document.errors) {
    report.add(
      at(error.pos[0]),
      `not YAML: ${lowerFirst(error.message.replace(/\s+/g, " "))}`,
      YAML_REMEDIES[error.code] ?? "put the line right",
    );
  }
  if (document.errors.length === 0) report.add(at(0), "the file is empty", "write it after its schema");
  return undefined;
}

const YAML_REMEDIES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "keep one of the two",
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "close the bracket or brace before, or indent the line like its neighbours",
  MISSING_CHAR: "close the bracket, brace or quotation mark",
  BAD_ALIAS: "name an anchor that stands before it",
};

/** A YAML node as plain data. Not `toJS()`, which forgets where each value stands. */
function toData(node: Node, at: (offset: number) => Source): unknown {
  const start = at(node.range?.[0] ?? 0);
  if (isScalar(node)) return node.value;
  if (isSeq(node)) {
    const items = node.items as Node[];
    const list = items.map((item) => toData(item, at));
    remember(list, start, new Map(items.map((item, i) => [String(i), at(item.range?.[0] ?? 0)])));
    return list;
  }
  if (isMap<Node, Node | null>(node)) {
    const keyOf = (key: Node): string => (isScalar(key) ? String(key.value) : String(key));
    const data = Object.fromEntries(
      node.items.map((pair) => [keyOf(pair.key), pair.value === null ? null : toData(pair.value, at)]),
    );
    remember(data, start, new Map(node.items.map((pair) => [keyOf(pair.key), at(pair.key.range?.[0] ?? 0)])));
    return data;
  }
  return undefined;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
