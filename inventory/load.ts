/** Reads a province's folder, checks all of it and gives the model. */
import { buildProvince, type Sound } from "./build.ts";
import { runChecks } from "./check/index.ts";
import type { Province } from "./model.ts";
import { InventoryErrors, Report, type Problem } from "./problem.ts";
import { readInventory } from "./read.ts";

/**
 * Finds every error of an inventory in one run. `province` is there exactly when there is none.
 * Throws a Failure when the folder itself cannot be read.
 */
export function checkInventory(directory: string): { readonly province?: Province; readonly problems: readonly Problem[] } {
  const report = new Report();
  const raw = readInventory(directory, report);
  runChecks(raw, report);
  const problems = report.problems();
  return problems.length === 0 ? { province: buildProvince(raw as Sound), problems } : { problems };
}

/**
 * The province in `directory`: typed, checked, deeply frozen.
 * Throws InventoryErrors with every error found, or a Failure when the folder cannot be read.
 */
export function loadProvince(directory: string): { readonly province: Province } {
  const { province, problems } = checkInventory(directory);
  if (province === undefined) throw new InventoryErrors(problems);
  return { province };
}
