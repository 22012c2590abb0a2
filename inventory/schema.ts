/** Holds a file's data against its JSON Schema and says in words where it does not fit. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { distance } from "fastest-levenshtein";
import { formatPrefix, parseAddress, parseCidr } from "./address.ts";
import type { Report } from "./problem.ts";
import { sourceOf, type Source } from "./source.ts";

/** The folder of the schemas, for editors' `$schema` lines. */
export const SCHEMA_DIRECTORY = new URL("schema/", import.meta.url);

let compiled: Ajv2020 | undefined;

function schemas(): Ajv2020 {
  if (compiled !== undefined) return compiled;
  // Loaded when something is to be checked: an inventory that was found sound before needs none of it.
  const { Ajv2020: Validator } = createRequire(import.meta.url)("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  const ajv = new Validator({ strict: true, validateSchema: false, code: { optimize: false }, allErrors: true, verbose: true, allowUnionTypes: true });
  const isPrefix =
    (family: 4 | 6) =>
    (text: string): boolean => {
      const prefix = parseCidr(text);
      return prefix !== undefined && prefix.family === family && formatPrefix(prefix) === text;
    };
  ajv.addFormat("ipv4", (text: string) => parseAddress(text)?.family === 4);
  ajv.addFormat("ip", (text: string) => parseAddress(text) !== undefined);
  ajv.addFormat("ipv4-prefix", isPrefix(4));
  ajv.addFormat("ipv6-prefix", isPrefix(6));
  ajv.addFormat("time-zone", isTimeZone);
  for (const file of readdirSync(SCHEMA_DIRECTORY)) {
    ajv.addSchema(JSON.parse(readFileSync(new URL(file, SCHEMA_DIRECTORY), "utf8")) as object, file);
  }
  return (compiled = ajv);
}

/**
 * Checks `data` against `schema/<name>.schema.json` and reports every misfit. Returns the places of the misfits as paths
 * from the top (`["links", "3", "capacityMbps"]`), so that the caller can go on with what fits.
 */
export function validate(name: string, data: object, report: Report): readonly (readonly string[])[] {
  const check = schemas().getSchema(`${name}.schema.json`) as ValidateFunction;
  if (check(data)) return [];
  // A misfit of a key's name comes twice, the second time without the reason; so does a value of the wrong type in an enum.
  const errors = (check.errors ?? []).filter(
    ({ keyword, data: value }) => keyword !== "propertyNames" && (keyword !== "enum" || typeof value === "string"),
  );
  return errors.map((error) => {
    const keys = error.instancePath
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const unknownKey = error.keyword === "additionalProperties" ? String(error.params["additionalProperty"]) : error.propertyName;
    report.add(place(data, unknownKey === undefined ? keys : [...keys, unknownKey]), ...explain(error, keys));
    return keys;
  });
}

/** Where the value at `keys` stands. */
function place(data: object, keys: readonly string[]): Source {
  let holder = data;
  for (const key of keys.slice(0, -1)) holder = (holder as Record<string, object>)[key]!;
  return sourceOf(holder, keys.at(-1));
}

/** What is wrong and what would be right, for the schema keywords that the schemas use. */
function explain(error: ErrorObject, keys: readonly string[]): [message: string, remedy: string] {
  const subject = error.propertyName === undefined ? nameOf(keys) : `the key of ${nameOf(keys)}`;
  const params = error.params as Record<string, unknown>;
  const parent = error.parentSchema as { description?: string; properties?: object };
  const described = `it must be ${lowerArticle(parent.description ?? "as its schema says")}`;
  switch (error.keyword) {
    case "additionalProperties": {
      const known = Object.keys(parent.properties ?? {});
      const near = closest(String(params["additionalProperty"]), known);
      const remedy = near === undefined ? `known keys are ${known.join(", ")}` : `did you mean "${near}"?`;
      return [`unknown key "${String(params["additionalProperty"])}"`, remedy];
    }
    case "required":
      return [`"${String(params["missingProperty"])}" is missing`, `add the key "${String(params["missingProperty"])}"`];
    case "type":
      return [`${subject} is ${typeName(error.data)}`, `it must be ${typeWords(String(params["type"]))}`];
    case "enum": {
      const values = (params["allowedValues"] as unknown[]).map(String);
      const near = closest(String(error.data), values);
      return [
        `${subject} is ${show(error.data)}`,
        near === undefined ? `it must be one of ${values.join(", ")}` : `did you mean "${near}"?`,
      ];
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return [`${subject} is ${show(error.data)}`, `it must be ${BOUNDS[error.keyword]} ${String(params["limit"])}`];
    case "minItems":
    case "maxItems": {
      const items = count(Number(params["limit"]));
      return [
        `${subject} has ${count((error.data as unknown[]).length)}`,
        `it must have ${BOUNDS[error.keyword]} ${items}: ${lowerArticle(parent.description ?? "see its schema")}`,
      ];
    }
    case "uniqueItems":
      return [`${subject} names the same thing twice`, "keep one of the two"];
    case "format": {
      const prefix = /-prefix$/.test(String(params["format"])) ? parseCidr(String(error.data)) : undefined;
      const family = prefix && `ipv${prefix.family}-prefix`;
      const rewritten = prefix && family === params["format"] ? `write it as ${formatPrefix(prefix)}` : described;
      return [`${subject} is ${show(error.data)}`, rewritten];
    }
    default:
      return [`${subject} is ${show(error.data)}`, described];
  }
}

const BOUNDS = {
  minimum: "at least",
  maximum: "at most",
  exclusiveMinimum: "more than",
  exclusiveMaximum: "less than",
  minItems: "at least",
  maxItems: "at most",
} as const;

/** The candidate that a slip of the pen could have made of `word`; undefined when none is near or the word is too short to tell. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length < 4 ? 0 : Math.max(1, Math.floor(word.length / 3));
  let best: { readonly text: string; readonly steps: number } | undefined;
  for (const text of candidates) {
    const steps = distance(word.toLowerCase(), text.toLowerCase());
    if (steps <= limit && (best === undefined || steps < best.steps)) best = { text, steps };
  }
  return best?.text;
}

function nameOf(keys: readonly string[]): string {
  const key = keys.at(-1);
  if (key === undefined) return "the file";
  return /^\d+$/.test(key) ? `item ${Number(key) + 1} of "${keys.at(-2) ?? ""}"` : `"${key}"`;
}

function typeName(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object"
    ? "a mapping"
    : `the ${typeof value === "boolean" ? "truth value" : typeof value === "number" ? "number" : "text"} ${show(value)}`;
}

function typeWords(type: string): string {
  const words: Record<string, string> = {
    string: "a text (in quotation marks where it looks like a number)",
    integer: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    object: "a mapping",
  };
  return words[type] ?? type;
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function count(items: number): string {
  return items === 1 ? "1 item" : `${items} items`;
}

function lowerArticle(text: string): string {
  return (text.split(/[.;](?:\s|$)/)[0] ?? text).replace(/^(An?|The|One|Two)\b/, (word) => word.toLowerCase());
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
