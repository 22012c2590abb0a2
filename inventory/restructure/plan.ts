/** PLAN.yaml: what is to change, read and held against its schema. */
import { readFileSync } from "node:fs";
import { Failure } from "../failure.ts";
import { FILES, parseMapping } from "../files.ts";
import type { Tier } from "../model.ts";
import { InventoryErrors, Report } from "../problem.ts";
import { closest, validate } from "../schema.ts";
import { sourceOf } from "../source.ts";
import { isFileName, type Edit } from "./edit.ts";

/** Several units become one. The keys are described in schema/restructure.schema.json. */
export interface Merge {
  readonly units: readonly string[];
  readonly into: string;
  readonly seat?: string;
  readonly code?: string;
  readonly type?: string;
  readonly name?: string;
  readonly officeName?: string;
  readonly offices?: "keep" | "close";
}

/** A tier ends. */
export interface Abolish {
  readonly tier: number;
  readonly type: string;
  readonly officeName?: string;
  readonly close?: readonly { readonly unit: string; readonly to: string }[];
  readonly tiers?: readonly Tier[];
}

/** Communes come in elsewhere. */
export interface Move {
  readonly communes: readonly string[];
  readonly to: string;
}

/** Exactly one of the three is there. */
export interface Operation {
  readonly merge?: Merge;
  readonly abolish?: Abolish;
  readonly move?: Move;
}

/** A step that is written out. */
export interface PlannedStep {
  readonly slug: string;
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** Exactly one of `operations` and `steps` is there. */
export interface Plan {
  readonly name: string;
  readonly operations?: readonly Operation[];
  readonly steps?: readonly PlannedStep[];
}

/** Reads a plan. Throws InventoryErrors with all that does not fit its schema, or a Failure when it cannot be read. */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`${file}: cannot read the plan (${(error as NodeJS.ErrnoException).code ?? String(error)})`, {
      advice: "name a YAML file after inventory/schema/restructure.schema.json", cause: error,
    });
  }
  const report = new Report();
  const data = parseMapping(file, text, "restructure", report);
  if (data !== undefined && validate("restructure", data, report).length === 0) checkForm(data as Plan, report);
  const problems = report.problems();
  if (problems.length > 0) throw new InventoryErrors(problems);
  return data as Plan;
}

/** What the schema leaves open: one of several keys. */
function checkForm(plan: Plan, report: Report): void {
  if ((plan.operations === undefined) === (plan.steps === undefined)) {
    report.add(sourceOf(plan), plan.steps === undefined ? "the plan changes nothing" : "the plan has operations and steps", "give it operations, or steps that are written out");
  }
  for (const operation of plan.operations ?? []) {
    if (Object.keys(operation).length !== 1) report.add(sourceOf(operation), `the operation has ${Object.keys(operation).join(" and ") || "no key"}`, "give each operation one of merge, abolish, move");
  }
  for (const edit of (plan.steps ?? []).flatMap(({ edits }) => edits)) {
    if (!isFileName(edit.file)) {
      const near = closest(edit.file, FILES);
      report.add(sourceOf(edit, "file"), `there is no file "${String(edit.file)}.yaml" in an inventory`, near === undefined ? `known files are ${FILES.join(", ")}` : `did you mean "${near}"?`);
    }
    const kinds = (["put", "add", "remove"] as const).filter((kind) => edit[kind] !== undefined);
    if (kinds.length !== 1) report.add(sourceOf(edit), `the edit has ${kinds.join(" and ") || "no change"}`, "give each edit one of put, add, remove");
    else if (edit.add === undefined && (edit.after !== undefined || edit.heading !== undefined)) {
      report.add(sourceOf(edit), `the edit has ${edit.after === undefined ? "heading" : "after"}, but adds nothing`, "remove it");
    }
  }
}
