/** What changes, or has changed, as lines for people: one for each resource, below it its properties and their lines. */
import type { DriftEvent, PropertyChange, StepEvent } from "../../infra/engine/index.ts";

const SIGNS = { create: "+", update: "~", replace: "±", delete: "-", same: " ", read: " ", import: "=" } as const;
const PROPERTY_SIGNS = { add: "+", delete: "-", update: "~" } as const;
/** Characters of a value in one line. */
const VALUE_LENGTH = 80;

export interface ChangeTextOptions {
  /** Show values whole, and all that a resource to create or to delete holds. */
  readonly full?: boolean;
}

export function stepLines(event: StepEvent, options: ChangeTextOptions = {}): string[] {
  const heading = `${SIGNS[event.op]} ${event.name}`;
  if ((event.op === "create" || event.op === "delete") && options.full !== true) return [heading];
  return [heading, ...event.diff.flatMap((change) => propertyLines(change, options))];
}

/** `old` is what the state has, `new` what life has. */
export function driftLines(event: DriftEvent, options: ChangeTextOptions = {}): string[] {
  return event.gone ? [`- ${event.name}: gone`] : [`~ ${event.name}`, ...event.diff.flatMap((change) => propertyLines(change, options))];
}

function propertyLines(change: PropertyChange, { full = false }: ChangeTextOptions): string[] {
  const heading = `    ${PROPERTY_SIGNS[change.kind]} ${change.path}`;
  if (change.hunks !== undefined) {
    return [heading, ...change.hunks.flatMap((hunk) => [
      `      @@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`, ...hunk.lines.map((line) => `      ${line}`),
    ])];
  }
  const value = change.kind === "delete" ? change.old : change.new;
  if (full && typeof value === "string" && value.includes("\n")) {
    const sign = change.kind === "delete" ? "-" : "+";
    return [heading, ...value.replace(/\n$/, "").split("\n").map((line) => `      ${sign}${line}`)];
  }
  if (change.kind === "update") return [`${heading}: ${inline(change.old, full)} → ${inline(value, full)}`];
  return [full ? `${heading}: ${inline(value, full)}` : heading];
}

function inline(value: unknown, full: boolean): string {
  const text = JSON.stringify(value) ?? "nothing";
  return full || text.length <= VALUE_LENGTH ? text : `${text.slice(0, VALUE_LENGTH - 3)}…`;
}
