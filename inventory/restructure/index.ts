/**
 * Rehearses a change of the administration: from an inventory and a plan to the new inventory, the steps that lead there,
 * each a whole inventory in which everybody stays connected, and the way back.
 */
import path from "node:path";
import { Document } from "yaml";
import { FILES, readFiles, type FileName, type Parsed, type Texts } from "../files.ts";
import { writeNewFolder } from "../init.ts";
import { checkTexts, loadProvince } from "../load.ts";
import type { Commune, Province } from "../model.ts";
import { InventoryErrors, Report } from "../problem.ts";
import { sourceOf } from "../source.ts";
import { Draft, EditError, type Edit } from "./edit.ts";
import { perform, type StepName } from "./operations.ts";
import { readPlan, type Plan, type PlannedStep } from "./plan.ts";
import { claimNumbers, connectedSites, verifyStep, type Owners } from "./verify.ts";
import { World } from "./world.ts";

export type { Edit } from "./edit.ts";

/** A commune that comes in elsewhere after a step, or under another address. */
export interface Moved {
  readonly commune: string;
  readonly from: Pick<Commune, "site" | "ipv4" | "ipv6">;
  readonly to: Pick<Commune, "site" | "ipv4" | "ipv6">;
}

export interface Step extends StepName {
  readonly edits: readonly Edit[];
  /** The files that it changes, without `.yaml`. */
  readonly files: readonly FileName[];
  readonly texts: Texts;
  readonly province: Province;
  readonly moved: readonly Moved[];
  /** Sites that reach the data center all through the step, of those that are there before and after. */
  readonly connected: number;
}

export interface Restructuring {
  readonly name: string;
  readonly before: Province;
  /** In their order; the last one's inventory is the new one. */
  readonly steps: readonly Step[];
  /** A plan that leads from the new inventory to the old one through the same inventories. */
  readonly back: Plan;
}

/**
 * Works a plan out against the inventory in `directory`. Nothing is written.
 * Throws InventoryErrors for faults of the inventory or of the plan, each at its file and line, and a Failure for files that
 * cannot be read.
 */
export function restructure(directory: string, planFile: string): Restructuring {
  const before = loadProvince(directory).province;
  const plan = readPlan(planFile);
  const draft = new Draft(readFiles(directory, new Report()));
  const course: Course = { directory, parsed: new Map(), owners: new Map() };
  claimNumbers(course.owners, before);
  const steps: Step[] = [];
  const back: PlannedStep[] = [];
  let province = before;
  for (const { step, origin } of stepsOf(plan, draft)) {
    const made = draft.step();
    // A step may have nothing to do, where the inventory is already as it wants it.
    if (made.edits.length === 0) continue;
    const after = checked(course, made.texts, province, step, origin);
    steps.push({
      ...step, ...made, province: after,
      slug: `${String(steps.length + 1).padStart(2, "0")}-${step.slug}`,
      files: FILES.filter((file) => made.edits.some((edit) => edit.file === file)),
      moved: movedBetween(province, after),
      connected: [...connectedSites(after, [...after.links.values()])].filter((site) => province.sites.has(site)).length,
    });
    back.unshift({ slug: `undo-${step.slug}`, title: `back from: ${step.title}`, edits: made.inverse });
    province = after;
  }
  if (steps.length === 0) throw new InventoryErrors([{ ...sourceOf(plan), message: "the plan changes nothing", remedy: "the inventory is already as it wants it" }]);
  return { name: plan.name, before, steps, back: { name: `${plan.name}: way back`, steps: back } };
}

/** What is known all along a plan. */
interface Course {
  readonly directory: string;
  readonly parsed: Parsed;
  readonly owners: Owners;
}

/** Makes the plan's edits on the draft; yields after each step, with the entry of the plan that asked for it. */
function* stepsOf(plan: Plan, draft: Draft): Generator<{ readonly step: StepName; readonly origin: object }> {
  const world = new World(draft);
  for (const operation of plan.operations ?? []) {
    for (const step of perform(world, operation)) yield { step, origin: operation };
  }
  for (const step of plan.steps ?? []) {
    for (const edit of step.edits) apply(draft, edit);
    yield { step, origin: step };
  }
}

function apply(draft: Draft, edit: Edit): void {
  try {
    draft.apply(edit);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    throw new InventoryErrors([{ ...sourceOf(edit), message: error.message, remedy: "name what the inventory has at this point of the plan" }]);
  }
}

/** The step's inventory. Throws InventoryErrors, at the plan's line, when it is none or somebody would suffer. */
function checked({ directory, parsed, owners }: Course, texts: Texts, before: Province, step: StepName, origin: object): Province {
  const at = sourceOf(origin);
  const { province, problems } = checkTexts(directory, texts, parsed);
  if (province === undefined) {
    const short = (text: string): string => text.replaceAll(path.join(directory, path.sep), "");
    throw new InventoryErrors(problems.map(({ file, message, remedy }) => ({ ...at, message: `after the step "${step.slug}", ${short(file)} would be wrong: ${short(message)}`, remedy })));
  }
  const harm = [...claimNumbers(owners, province), ...verifyStep(before, province)];
  if (harm.length > 0) {
    throw new InventoryErrors(harm.map(({ message, remedy }) => ({ ...at, message: `in the step "${step.slug}", ${message}`, remedy })));
  }
  return province;
}

function movedBetween(before: Province, after: Province): Moved[] {
  const place = ({ site, ipv4, ipv6 }: Commune): Moved["from"] => ({ site, ipv4, ipv6 });
  return [...after.communes.values()].flatMap((commune) => {
    const old = before.communes.get(commune.slug);
    return old === undefined || old.ipv4 === commune.ipv4 ? [] : [{ commune: commune.slug, from: place(old), to: place(commune) }];
  });
}

/**
 * Writes the new inventory into `directory`, which must be empty or not there yet; below it, `steps/` holds the inventory after
 * each step and `steps/back.yaml`, the plan of the way back. Throws a Failure when that cannot be written.
 */
export function writeRestructuring(directory: string, { steps, back }: Restructuring): void {
  const folder = (prefix: string, texts: Texts): [string, string][] => FILES.map((file) => [`${prefix}${file}.yaml`, texts[file]!]);
  writeNewFolder(directory, new Map([
    ...folder("", steps.at(-1)!.texts),
    ...steps.flatMap(({ slug, texts }) => folder(`steps/${slug}/`, texts)),
    ["steps/back.yaml", new Document(back).toString({ lineWidth: 0, flowCollectionPadding: false })],
  ]));
}
