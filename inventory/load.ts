/** Reads a province's folder, checks all of it and gives the model. */
import { buildProvince, type Sound } from "./build.ts";
import { digestOf, keep, recall } from "./cache.ts";
import { runChecks } from "./check/index.ts";
import type { Parsed, Texts } from "./files.ts";
import type { Province } from "./model.ts";
import { InventoryErrors, Report, type Problem } from "./problem.ts";
import { readInventory, readTexts, soundEntries } from "./read.ts";

/**
 * Finds every error of an inventory in one run; what was found sound and has not changed is not checked again. `province` is there exactly when there is none.
 * Throws a Failure when the folder itself cannot be read.
 */
export function checkInventory(directory: string): { readonly province?: Province; readonly problems: readonly Problem[] } {
  const digest = digestOf(directory);
  const sound = digest === undefined ? undefined : recall(directory, digest);
  if (sound !== undefined) return { province: buildProvince(soundEntries(directory, sound) as Sound), problems: [] };
  const report = new Report();
  const { contents, raw } = readInventory(directory, report);
  runChecks(raw, report);
  const problems = report.problems();
  if (problems.length > 0) return { problems };
  if (digest !== undefined) keep(directory, digest, contents);
  return { province: buildProvince(raw as Sound), problems };
}

/**
 * Like `checkInventory`, from texts that need not be on a disk; `directory` is where their places are said to be. With the same
 * `parsed` for several, what they share is parsed once.
 */
export function checkTexts(directory: string, texts: Texts, parsed?: Parsed): { readonly province?: Province; readonly problems: readonly Problem[] } {
  const report = new Report();
  const { raw } = readTexts(directory, texts, report, parsed);
  runChecks(raw, report);
  const problems = report.problems();
  return problems.length > 0 ? { problems } : { province: buildProvince(raw as Sound), problems };
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
